import { type EnvironmentRecord, lastGood } from './cluster/record-state.ts'
import type { DeployPlan } from './plan.ts'
import type { Report } from './report/report.ts'

/** What answers at the URLs until this run's own commit does. */
export const showLastGood = (report: Report, plan: DeployPlan, record: EnvironmentRecord | undefined): void => {
  const good = record && lastGood(record)
  if (good?.sha) report.lastGoodCommit = good.sha
  else delete report.lastGoodCommit
  report.apps = plan.apps.map(({ name, url, logsUrl }) => ({
    name,
    url,
    ...(logsUrl === undefined ? {} : { logsUrl }),
    ...(good?.sha ? { commit: good.sha, updated: good.at } : {}),
  }))
}
