import type { SlackMessage } from '../slack/slack.ts'
import { slackLink, slackText } from './escape.ts'
import { shortCommit, until } from './format.ts'
import { commitUrl } from './links.ts'
import type { AppReport, Report } from './report.ts'
import { verdict, verdictText } from './verdict.ts'

/** Block Kit: a section's text may have 3,000 characters. */
const SECTION = 3_000

/** Verdict; URLs, database, report; pull request, branch, commit, run. `text` is what notifications and search see. */
export const slackMessage = (report: Report): SlackMessage => {
  const { icon, lead, rest } = verdict(report)
  const headline = [`${icon} *${slackText(lead)}*`, ...rest.map((part) => slackText(part))].join(' · ')
  const places = placesOf(report)
  const blocks = [section([headline]), ...(places.length === 0 ? [] : [section(places)]), context(about(report))]
  const title = report.pullRequest === undefined ? [] : [`#${report.pullRequest.number} ${report.pullRequest.title}`]
  return { text: slackText([verdictText(report), ...title].join(' · '), SECTION), blocks }
}

const placesOf = ({ apps, commit, database, smoke, status }: Report): string[] => [
  ...(status === 'removed' || status === 'removing' ? [] : apps.flatMap((app) => appLine(app, commit))),
  ...(database === undefined ? [] : [`Database: ${slackText(database)}`]),
  ...(smoke?.reportUrl === undefined
    ? []
    : [`Smoke report: ${slackLink('open', smoke.reportUrl)}${until(smoke.result?.report?.expires)}`]),
]

const appLine = (app: AppReport, head: string | undefined): string[] => {
  if (app.commit === undefined) return []
  const link = `${slackText(app.name)}: ${slackLink(slackText(app.url), app.url)}`
  return [app.commit === head ? link : `${link} (still ${shortCommit(app.commit)})`]
}

const about = (report: Report): string[] => {
  const { commit, environment, pullRequest, run } = report
  return [
    ...(pullRequest ? [slackLink(`#${pullRequest.number} ${slackText(pullRequest.title, 150)}`, pullRequest.url)] : []),
    ...(environment ? [slackText(`${environment.owner.repository} ${environment.owner.branch}`)] : []),
    ...(commit === undefined ? [] : [slackLink(shortCommit(commit), commitUrl(report, commit))]),
    slackLink('run', run.url),
  ]
}

// `verbatim`: Slack makes no links, channels or people of what merely looks like one.
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true })

/** Whole lines only, so that no link is cut in two. */
const section = (lines: readonly string[]) => {
  const kept = [...lines]
  while (kept.length > 1 && kept.join('\n').length > SECTION) kept.pop()
  return { type: 'section', text: mrkdwn(kept.join('\n').slice(0, SECTION)) }
}

const context = (parts: readonly string[]) => ({ type: 'context', elements: [mrkdwn(parts.join(' · '))] })
