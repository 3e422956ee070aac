import { type EnvironmentRecord, lastGood } from './cluster/record-state.ts'
import type { DeployPlan } from './plan.ts'
import type { AppReport, Report } from './report/report.ts'

/** What answers at the URLs until this run's own commit does. */
export const showLastGood = (report: Report, plan: DeployPlan, record: EnvironmentRecord | undefined): void => {
  const good = record && lastGood(record)
  if (good?.sha) report.lastGoodCommit = good.sha
  else delete report.lastGoodCommit
  report.apps = plan.apps.map(({ name, address, logsUrl }) => ({
    name,
    ...(address === undefined ? {} : { url: address.url }),
    ...(logsUrl === undefined ? {} : { logsUrl }),
    ...(servingIn(record, name) ?? (good?.sha ? { commit: good.sha, updated: good.at } : {})),
  }))
}

const servingIn = (record: EnvironmentRecord | undefined, app: string): Partial<AppReport> | undefined => {
  const found = record?.serving?.[app]
  return found && { commit: found.sha, updated: found.at }
}

/** For the record, so that the next run knows. */
export const servingOf = ({ apps }: Report): NonNullable<EnvironmentRecord['serving']> =>
  Object.fromEntries(
    apps.flatMap(({ name, commit, updated }) =>
      commit === undefined || updated === undefined ? [] : [[name, { sha: commit, at: updated }]],
    ),
  )
