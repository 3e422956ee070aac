import { type EnvironmentRecord, lastGood } from '../cluster/record-state.ts'
import type { Report } from './report.ts'

/**
 * What a run that was overtaken says in place of its own words, where they came late and cover those of the run that took
 * over: as much as the record knows. `undefined` while that run is still going to tell; `by` is absent after a removal.
 */
export const standIn = (
  mine: Report,
  by: EnvironmentRecord | undefined,
  life: NonNullable<Report['life']> | undefined,
): Report | undefined => {
  const { intent, pullRequest, environment, startedAt } = mine
  const base: Report = {
    intent,
    ...(pullRequest ? { pullRequest } : {}),
    ...(environment ? { environment } : {}),
    status: 'removed',
    apps: [],
    changes: [],
    receipt: [],
    steps: [],
    warnings: [],
    startedAt,
    ms: 0,
    run: mine.run,
  }
  if (by === undefined || life === undefined) return { ...base, ...(mine.life ? { life: mine.life } : {}) }
  if (!by.released) return undefined
  const { sha: commit, updated, smoke, urls, holder } = by
  const run = { url: holder.url, attempt: holder.attempt }
  const good = lastGood(by)
  const isLive = by.phase === 'Live' && smoke?.ok !== false && commit !== undefined
  if (!isLive) return { ...base, status: 'superseded', life, run }
  return {
    ...base,
    status: 'live',
    life,
    run,
    commit,
    ...(good?.sha ? { lastGoodCommit: good.sha } : {}),
    apps: Object.entries(urls).map(([name, url]) => ({ name, url, commit, updated })),
  }
}
