import type { SlackMessage, SlackNews } from '../slack/slack.ts'
import { slackLink, slackText } from './escape.ts'
import { plural, shortCommit, until } from './format.ts'
import { commitUrl } from './links.ts'
import { type OpenApp, openApps } from './open-apps.ts'
import type { Report } from './report.ts'
import { reasonLines } from './slack-reason.ts'
import { verdict, verdictText } from './verdict.ts'

/** Block Kit: a section's text, and a context's, may have 3,000 characters. */
const LONGEST = 3_000
/** Characters of one part of a line; escaped, each may become five. */
const PART = 250

/**
 * What a channel hears. A result is news, and a failure is news for everybody. A run that was cancelled mostly made room for a
 * newer one, which tells: like what is under way it is seen by those who look.
 */
export const slackNews = (report: Report): SlackNews | undefined => {
  const { status, failure } = report
  const message = slackMessage(report)
  switch (status) {
    case 'deploying':
    case 'removing':
      return { message, isAlarm: false }
    case 'live':
    case 'removed':
      return { message, reply: slackReply(report), isAlarm: false }
    case 'failed':
      return failure?.code === 'Cancelled' ? { message, isAlarm: false } : { message, reply: message, isAlarm: true }
    default:
      return undefined
  }
}

/** Verdict; why; URLs, database, report; pull request, branch, commit, run. `text` is what notifications and search see. */
export const slackMessage = (report: Report): SlackMessage =>
  messageOf(report, [[headline(report)], reasonLines(report), linksOf(report), factsOf(report)])

/** For the thread of a message that has the rest. */
const slackReply = (report: Report): SlackMessage => messageOf(report, [[headline(report)], reasonLines(report)])

const messageOf = (report: Report, sections: readonly (readonly string[])[]): SlackMessage => {
  const title = report.pullRequest === undefined ? [] : [`#${report.pullRequest.number} ${report.pullRequest.title}`]
  return {
    text: slackText([verdictText(report), ...title].join(' · '), LONGEST),
    blocks: [...sections.filter((lines) => lines.length > 0).map(section), context(about(report))],
  }
}

const headline = (report: Report): string => {
  const { icon, lead, rest } = verdict(report)
  return [`${icon} *${slackText(lead, PART)}*`, ...rest.map((part) => slackText(part, PART))].join(' · ')
}

const isGone = ({ status }: Report): boolean => status === 'removed' || status === 'removing'

const linksOf = (report: Report): string[] =>
  isGone(report) ? [] : openApps(report).map((app) => appLine(app, report.commit))

/** A section of their own: however many apps there are, these are seen. */
const factsOf = (report: Report): string[] => {
  const { database, smoke } = report
  return [
    ...(database === undefined || isGone(report) ? [] : [`Database: ${slackText(database, PART)}`]),
    ...(smoke?.reportUrl === undefined
      ? []
      : [`Smoke report: ${slackLink('open', smoke.reportUrl)}${until(smoke.result?.report?.expires)}`]),
  ]
}

const appLine = ({ name, url, commit }: OpenApp, head: string | undefined): string => {
  const link = `${slackText(name)}: ${slackLink(slackText(url), url)}`
  return commit === head ? link : `${link} (still ${shortCommit(commit)})`
}

const about = (report: Report): string[] => {
  const { commit, environment, pullRequest, run } = report
  return [
    ...(pullRequest ? [slackLink(`#${pullRequest.number} ${slackText(pullRequest.title, 150)}`, pullRequest.url)] : []),
    ...(environment ? [slackText(`${environment.owner.repository} ${environment.owner.branch}`, PART)] : []),
    ...(commit === undefined ? [] : [slackLink(shortCommit(commit), commitUrl(report, commit))]),
    slackLink('run', run.url),
  ]
}

// `verbatim`: Slack makes no links, channels or people of what merely looks like one.
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true })

const section = (lines: readonly string[]) => ({ type: 'section', text: mrkdwn(fitted(lines, '\n')) })

const context = (parts: readonly string[]) => ({ type: 'context', elements: [mrkdwn(fitted(parts, ' · '))] })

/** Whole ones only, so that no link or entity is cut in two; how many are missing is said. */
const fitted = (parts: readonly string[], between: string, left = parts.length): string => {
  const more = left === parts.length ? [] : [`and ${plural(parts.length - left, 'more', 'more')}`]
  const text = [...parts.slice(0, left), ...more].join(between)
  return text.length <= LONGEST || left === 0 ? text : fitted(parts, between, left - 1)
}
