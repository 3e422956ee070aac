import type { SlackPlace } from '../slack/slack.ts'
import { aboutFold } from './about.ts'
import { markdownCode, markdownLink, markdownText } from './escape.ts'
import { failureFold } from './failure-card.ts'
import { changesFold, receiptFold, smokeFold, warningsFold } from './folds.ts'
import { moment, plural, shortCommit, until } from './format.ts'
import { historyFold, historyOf } from './history.ts'
import { type Marker, renderMarker, type ShownDeployment } from './marker.ts'
import type { AppReport, Report, SmokeReport } from './report.ts'
import { verdict } from './verdict.ts'

/** GitHub refuses a longer body; it counts characters, and ours may be counted differently. */
const LONGEST = 65_536 - 536

/** What one comment hands to the next. */
export type Carried = {
  previous?: Marker | undefined
  slack?: SlackPlace | undefined
  deployment?: ShownDeployment | undefined
}

/** Verdict, table, facts, folds, marker. */
export const renderComment = (report: Report, carried: Carried): string => {
  const marker = markerOf(report, carried)
  const all = [verdictLine(report), skipHint(report), table(report), facts(report), ...folds(report, marker)]
  const zones = all.filter((zone) => zone !== '')
  const end = renderMarker(marker)
  return `${fitted(zones, LONGEST - end.length - 2, report.run.url)}\n\n${end}`
}

const verdictLine = (report: Report): string => {
  const { icon, lead, rest } = verdict(report)
  return [`${icon} **${markdownText(lead)}**`, ...rest.map((part) => markdownText(part))].join(' · ')
}

const skipHint = ({ intent }: Report): string => (intent.kind === 'skip' ? markdownText(intent.hint) : '')

const folds = (report: Report, { history = [] }: Marker): string[] => [
  smokeFold(report),
  failureFold(report),
  warningsFold(report),
  receiptFold(report),
  historyFold(history, report),
  aboutFold(report),
  changesFold(report),
]

/** Folds go first, from the last one; a zone is kept whole or not at all, so no markup is left open. */
const fitted = (zones: readonly string[], room: number, runUrl: string): string => {
  const body = zones.join('\n\n')
  if (body.length <= room) return body
  const note = `_Shortened: ${markdownLink('the job summary', runUrl)} has everything._`
  return [...zones.slice(0, -1), note].join('\n\n').length <= room
    ? [...zones.slice(0, -1), note].join('\n\n')
    : fitted(zones.slice(0, -1), room, runUrl)
}

const table = (report: Report): string => {
  if (report.apps.length === 0 || report.status === 'removed') return ''
  const rows = report.apps.map((app) => `| ${cells(app, report).join(' | ')} |`)
  return ['| App | Status | Preview | Commit | Updated (UTC) |', '| :-- | :-- | :-- | :-- | :-- |', ...rows].join('\n')
}

const cells = (app: AppReport, report: Report): string[] => [
  markdownText(app.name),
  statusOf(app, report),
  previewOf(app, report),
  commitOf(app),
  app.updated === undefined ? '—' : moment(app.updated),
]

const statusOf = (app: AppReport, { status, commit }: Report): string => {
  const serving = app.commit !== undefined && app.commit === commit
  switch (status) {
    case 'deploying':
      return serving ? 'Ready' : app.commit === undefined ? 'Deploying' : 'Updating'
    case 'removing':
      return 'Removing'
    default:
      return serving ? 'Ready' : app.commit === undefined ? 'Not deployed' : 'Outdated'
  }
}

/** No link that has not answered; struck out when it shows another commit than the head. */
const previewOf = (app: AppReport, { commit, status }: Report): string => {
  if (status === 'removing') return '—'
  const link = app.url === undefined ? 'inside only' : markdownLink(`Open ${markdownText(app.name)}`, app.url)
  const open = app.commit === undefined ? [] : [app.commit === commit ? link : `~~${link}~~`]
  const logs = app.logsUrl === undefined ? [] : [markdownLink('logs', app.logsUrl)]
  return [...open, ...logs].join(' · ') || '—'
}

const commitOf = (app: AppReport): string => {
  if (app.commit === undefined) return '—'
  const how = app.answered === 'proven' ? ' · confirmed' : app.answered === 'rollout' ? ' · by rollout' : ''
  return `${shortCommit(app.commit)}${how}`
}

const facts = (report: Report): string => {
  const { database, smoke, expires, environment, run, status } = report
  const gone = status === 'removed' || status === 'removing'
  return [
    database !== undefined && !gone && `Database ${markdownCode(database)}`,
    smoke && smokeFact(smoke),
    expires !== undefined && !gone && `Expires ${moment(expires)} UTC`,
    environment && `Environment ${markdownCode(environment.short)}`,
    markdownLink(run.attempt > 1 ? `Run, attempt ${run.attempt}` : 'Run', run.url),
  ]
    .filter((fact) => typeof fact === 'string')
    .join(' · ')
}

/** `Smoke 10 passed, 2 failed: 1 new failure, 1 still failing, 1 fixed (report, until 15:41 UTC)` */
const smokeFact = ({ result, reportUrl, executionUrl, news }: SmokeReport): string => {
  const link = reportUrl === undefined ? markdownLink('execution', executionUrl) : markdownLink('report', reportUrl)
  if (result === undefined) return `Smoke unfinished (${link})`
  const { passed, failed, flaky } = result.counts
  const words = [`${passed} passed`, failed > 0 && `${failed} failed`, flaky > 0 && `${flaky} flaky`]
  return `Smoke ${words.filter((word) => word !== false).join(', ')}${newsWords(news)} (${link}${until(result.report?.expires)})`
}

const newsWords = (news: SmokeReport['news']): string => {
  if (news === undefined) return ''
  const { fixed, newFailures, stillFailing } = news
  const words = [
    newFailures.length > 0 && plural(newFailures.length, 'new failure'),
    stillFailing.length > 0 && `${stillFailing.length} still failing`,
    fixed.length > 0 && `${fixed.length} fixed`,
  ].filter((word) => word !== false)
  return words.length === 0 ? '' : `: ${words.join(', ')} since the last push`
}

const markerOf = (report: Report, { previous, slack, deployment = previous?.deployment }: Carried): Marker => {
  const id = report.environment?.id ?? previous?.id
  const life = report.life ?? previous?.life
  const place = slack ?? previous?.slack
  const history = historyOf(report, previous?.history)
  const lastGood = report.status === 'live' ? report.commit : (report.lastGoodCommit ?? previous?.lastGood)
  return {
    ...(id === undefined ? {} : { id }),
    ...(life === undefined ? {} : { life }),
    ...(place === undefined ? {} : { slack: place }),
    ...(deployment === undefined || report.status === 'removed' ? {} : { deployment }),
    status: report.status,
    ...(lastGood === undefined ? {} : { lastGood }),
    ...(history.length === 0 ? {} : { history }),
  }
}
