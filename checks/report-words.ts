import type { SmokeCase, SmokeInput, SmokeResult } from './contract.ts'
import { sameCase } from './result.ts'

export type Verdict = { tone: 'good' | 'flaky' | 'bad'; mark: string; title: string; lead: string }

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

export const verdictOf = ({ counts, error, ok }: SmokeResult): Verdict => {
  const all = counts.passed + counts.failed + counts.skipped
  if (error) {
    const lead = 'Something went wrong with the checking itself, so this is no verdict on the preview.'
    return { tone: 'bad', mark: '!', title: 'The checks could not be finished', lead }
  }
  if (!ok && counts.failed === 0) {
    return { tone: 'bad', mark: '!', title: 'Nothing was checked', lead: 'No check ran, so the preview is unproven.' }
  }
  if (!ok) {
    const title = `${counts.failed} of ${plural(all, 'check')} failed`
    const lead = 'The preview is up for you to look at, but it does not do everything it should.'
    return { tone: 'bad', mark: '✕', title, lead }
  }
  if (counts.flaky > 0) {
    const lead = `${plural(counts.flaky, 'check')} needed more than one attempt. The preview works now.`
    return { tone: 'flaky', mark: '✓', title: 'Passed, but not at once', lead }
  }
  const title = all === 1 ? 'The check passed' : `All ${counts.passed} checks passed`
  const lead = counts.skipped > 0 ? `${plural(counts.skipped, 'check')} skipped.` : 'The preview works as it should.'
  return { tone: 'good', mark: '✓', title, lead }
}

/** What changed for a case since the last check of this environment; null as `failedBefore`: there was none. */
export const since = (failedBefore: boolean | null, now: SmokeCase['status']): string | null => {
  if (failedBefore === null || now === 'skipped') return null
  if (now === 'failed') return failedBefore ? 'still failing' : 'new failure'
  return failedBefore ? 'fixed' : null
}

type Key = Pick<SmokeCase, 'app' | 'name'>
export type Changes = { newFailures: Key[]; stillFailing: Key[]; fixed: Key[] }

/** By what failed the last time. A case that is not asked any more is neither fixed nor failing. */
export const changesSince = (previous: NonNullable<SmokeInput['previous']>, cases: readonly SmokeCase[]): Changes => {
  const those = (word: string) =>
    cases.filter((each) => since(previous.failed.some(sameCase(each)), each.status) === word)
  return { newFailures: those('new failure'), stillFailing: those('still failing'), fixed: those('fixed') }
}

/** Of milliseconds, as a person would say it. */
export const duration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`
}

/** From the shortest to the longest. */
export const durations = (all: readonly number[]): string =>
  [...new Set([Math.min(...all), Math.max(...all)].map(duration))].join(' – ')

export const utc = (iso: string): string => {
  const [day = '', time = ''] = new Date(iso).toISOString().split('T')
  return `${day} ${time.slice(0, 5)} UTC`
}
