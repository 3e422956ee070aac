import type { SmokeInput, SmokeResult } from '../../checks/contract.ts'
import type { EnvironmentRecord, RecordChange } from '../cluster/record-state.ts'
import type { SmokeReport } from '../report/report.ts'

/** What one check of an environment leaves to the next, in its record. Pure. */

type Remembered = NonNullable<EnvironmentRecord['smoke']>

/** A ConfigMap has its limit, and nobody reads on. */
const MOST = 100

/** A check that was never finished says nothing: what was known before stays. */
export const remembered = (
  smoke: SmokeReport | undefined,
  commit: string,
  before: Remembered | undefined,
): Pick<RecordChange, 'smoke'> => {
  if (smoke === undefined) return {}
  const { ok, reportUrl, result } = smoke
  if (result === undefined || result.error !== null) return { smoke: { ...before, ok } }
  const { failed, passed } = result.counts
  const keys = result.cases.filter(({ status }) => status === 'failed').map(({ app, name }) => ({ app, name }))
  // A presigned link is a secret for as long as it works, and the record is for everybody who reads ConfigMaps.
  const link = result.report?.url === undefined ? reportUrl : undefined
  return {
    smoke: {
      ok,
      passed,
      total: passed + failed,
      commit,
      failed: keys.slice(0, MOST),
      ...(link === undefined ? {} : { reportUrl: link }),
    },
  }
}

export const previousOf = ({ smoke }: EnvironmentRecord): SmokeInput['previous'] => {
  const { commit, failed } = smoke ?? {}
  return commit === undefined || failed === undefined ? null : { commit, failed }
}

export type SmokeNews = { newFailures: string[]; stillFailing: string[]; fixed: string[] }

/** What changed since then, `login of app1`; undefined when this environment was never checked before. */
export const newsSince = (previous: SmokeInput['previous'], { cases }: SmokeResult): SmokeNews | undefined => {
  if (previous === null) return undefined
  const failedBefore = (each: { app: string | null; name: string }) =>
    previous.failed.some(({ app, name }) => app === each.app && name === each.name)
  const named = (status: SmokeResult['cases'][number]['status'], before: boolean) =>
    cases
      .filter((each) => each.status === status && failedBefore(each) === before)
      .map(({ app, name }) => (app === null ? name : `${name} of ${app}`))
  return { newFailures: named('failed', false), stillFailing: named('failed', true), fixed: named('passed', true) }
}
