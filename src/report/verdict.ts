import { CAUSES } from '../cluster/causes.ts'
import type { ErrorCode } from '../errors.ts'
import { duration, ordinal, plural, shortCommit } from './format.ts'
import type { Report, SmokeReport } from './report.ts'

/** The one line that says it all, the same in the comment, the summary and Slack. Plain text: not escaped yet. */
export type Verdict = { icon: string; lead: string; rest: string[] }

export const verdictText = (report: Report): string => {
  const { icon, lead, rest } = verdict(report)
  return `${icon} ${[lead, ...rest].join(' · ')}`
}

export const verdict = (report: Report): Verdict => {
  switch (report.status) {
    case 'deploying':
      return deploying(report)
    case 'live':
      return live(report)
    case 'failed':
      return failed(report)
    case 'skipped':
      return { icon: '⏭️', lead: `Skipped: ${skipReason(report)}`, rest: [] }
    case 'superseded':
      return { icon: '⏭️', lead: `Superseded: ${report.failure?.message ?? 'a newer run took over'}`, rest: [] }
    case 'removing':
      return { icon: '🟡', lead: 'Removing the preview', rest: [] }
    case 'listed':
      return { icon: '📋', lead: plural(report.list?.environments.length ?? 0, 'preview'), rest: [] }
    case 'removed':
      return {
        icon: '🧹',
        lead: removed(report),
        rest: [...removedFor(report), ...(report.ms > 0 ? [duration(report.ms)] : [])],
      }
  }
}

const commitOf = ({ commit }: Report): string[] => (commit === undefined ? [] : [shortCommit(commit)])

const deploying = (report: Report): Verdict => {
  if (report.waiting !== undefined)
    return { icon: '⏸️', lead: `Waiting for a database, ${ordinal(report.waiting)} in line`, rest: commitOf(report) }
  const shown = shownInstead(report)
  const { awaited } = report
  if (awaited !== undefined)
    return {
      icon: '⏸️',
      lead: `Waiting for the ${awaited.length === 1 ? 'image' : 'images'} ${awaited.join(', ')}`,
      rest: shown ? [shown] : [],
    }
  const to = commitOf(report).join('')
  const again = isServing(report) ? ' again' : ''
  if (shown === undefined) return { icon: '🟡', lead: `Deploying ${to}`.trim() + again, rest: [] }
  return { icon: '🟡', lead: `Updating to ${to} — ${shown}`, rest: [] }
}

/** While something else than the head answers, say what. */
const shownInstead = ({ apps, commit }: Report): string | undefined => {
  const others = apps.flatMap((app) => (app.commit === undefined || app.commit === commit ? [] : [app.commit]))
  if (others.length === 0) return undefined
  const shown = [...new Set(others)].map(shortCommit).join(', ')
  return others.length === 1 ? `the link still shows ${shown}` : `the links still show ${shown}`
}

const live = (report: Report): Verdict => {
  const { smoke } = report
  // Told from the record alone, nobody measured it.
  const rest = [...commitOf(report), ...(report.ms > 0 ? [duration(report.ms)] : [])]
  if (smoke === undefined) return { icon: '✅', lead: 'Preview is live', rest }
  if (!smoke.ok) return { icon: '⚠️', lead: `Live, but ${smokeWords(smoke)}`, rest }
  return { icon: '✅', lead: 'Preview is live', rest: [smokeWords(smoke), ...rest] }
}

const failed = (report: Report): Verdict => {
  const { failure, lastGoodCommit, smoke } = report
  if (report.intent.kind === 'teardown')
    return { icon: '❌', lead: `Not removed: ${reason(report)}`, rest: left(report) }
  const shown = shownInstead(report)
  if (failure?.code === 'Cancelled')
    return { icon: '⏹️', lead: `Cancelled at ${failure.step ?? 'the start'}`, rest: shown ? [shown] : [] }
  const good = lastGoodCommit === undefined ? [] : [`last good ${shortCommit(lastGoodCommit)}`]
  if (!isServing(report)) return { icon: '❌', lead: `Not deployed: ${reason(report)}`, rest: good }
  const why = failure?.code === 'SmokeFailed' && smoke !== undefined ? smokeWords(smoke) : reason(report)
  return { icon: '❌', lead: `Deployed, but ${why}`, rest: [...commitOf(report), ...good] }
}

/** Every app answers from this run's commit. */
const isServing = ({ apps, commit }: Report): boolean =>
  apps.length > 0 && commit !== undefined && apps.every((app) => app.commit === commit)

const reason = ({ failure, diagnoses = [] }: Report): string => {
  const [first, ...more] = diagnoses
  if (first !== undefined)
    return `${CAUSES[first.cause]} (${first.app})${more.length > 0 ? `, and ${more.length} more` : ''}`
  if (failure === undefined) return 'the run ended before it could say why'
  const [line = ''] = failure.message.split('\n')
  // Room for the whole line in a notification; the full message follows in the report.
  return line.length <= 140 ? line : `${line.slice(0, 139).trimEnd()}…`
}

const skipReason = ({ intent }: Report): string => (intent.kind === 'skip' ? intent.reason : 'nothing to do')

const left = ({ receipt }: Report): string[] => {
  const there = receipt.filter((line) => !line.gone).length
  return there === 0 ? [] : [`${there} of ${receipt.length} still there`]
}

const removed = ({ receipt }: Report): string => {
  if (receipt.length === 0) return 'Removed, nothing was left'
  return `Removed, ${receipt.filter((line) => line.gone).length} of ${receipt.length} verified`
}

/** Where it was more than a close that removed it. */
const removedFor = ({ intent }: Report): string[] =>
  intent.kind === 'teardown' && intent.why ? [`${intent.why.reason}: ${intent.why.hint}`] : []

/** `smoke 12/12`, `smoke 10/12 (login fails on app1)`, `the smoke check did not finish: …` */
const smokeWords = ({ ok, result, problem }: SmokeReport): string => {
  if (result === undefined) return `the smoke check did not finish${problem === undefined ? '' : `: ${problem}`}`
  const { passed, failed: bad, flaky } = result.counts
  const score = `smoke ${passed}/${passed + bad}`
  if (ok) return flaky === 0 ? score : `${score}, ${flaky} flaky`
  if (result.error !== null) return `${score} (${result.error.message})`
  const [first, ...more] = result.cases.filter((each) => each.status === 'failed')
  if (first === undefined) return score
  const where = first.app === null ? '' : ` on ${first.app}`
  return `${score} (${first.name} fails${where}${more.length === 0 ? '' : `, ${plural(more.length, 'more', 'more')}`})`
}

/** What kind of thing went wrong, for headings. */
export const CAUSE: Record<ErrorCode, string> = {
  BadInput: 'The configuration needs a change',
  RenderFailed: 'The manifests could not be rendered',
  OwnedByOther: 'It belongs to somebody else',
  AccessDenied: 'Access was denied',
  NotFound: 'Something was not found',
  Rejected: 'The request was refused',
  RolloutFailed: 'The app did not become ready',
  Unanswered: 'The URL does not answer from this commit',
  PoolFull: 'All databases are taken',
  SmokeFailed: 'The smoke check failed',
  Superseded: 'A newer run took over',
  TimedOut: 'It took too long',
  Cancelled: 'The run was cancelled',
  Unavailable: 'A service did not answer',
}
