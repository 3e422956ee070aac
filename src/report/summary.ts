import type { StepResult } from '../step.ts'
import { markdownCode, markdownLink, markdownText } from './escape.ts'
import { failureDetails } from './failure-card.ts'
import { fleet } from './fleet.ts'
import { changesFold, receiptFold, smokeFold, smokeTable, warningsFold } from './folds.ts'
import { duration, shortCommit, until } from './format.ts'
import { commitUrl } from './links.ts'
import { openApps } from './open-apps.ts'
import type { Report } from './report.ts'
import { verdictText } from './verdict.ts'

/** The job summary: the whole result, so that nobody needs access to AWS to read why. GitHub takes up to 1 MiB. */
export const renderSummary = (report: Report): string =>
  [
    `## ${markdownText(verdictText(report))}`,
    hint(report),
    links(report),
    fleet(report),
    smokeFold(report),
    failureDetails(report),
    smokeTable(report),
    warningsFold(report),
    stepTable(report),
    receiptFold(report),
    changesFold(report),
  ]
    .filter((zone) => zone !== '')
    .join('\n\n')
    .concat('\n')

const hint = ({ intent }: Report): string => (intent.kind === 'skip' ? markdownText(intent.hint) : '')

const links = (report: Report): string => {
  const { database, smoke, commit, environment, pullRequest } = report
  const lines = [
    ...openApps(report).map(({ name, url }) => `${markdownText(name)}: ${urlLink(url)}`),
    database !== undefined && `Database: ${markdownCode(database)}`,
    smoke?.reportUrl !== undefined &&
      `${markdownLink('Smoke report', smoke.reportUrl)}${until(smoke.result?.report?.expires)}`,
    smoke !== undefined && markdownLink('Smoke execution', smoke.executionUrl),
    pullRequest &&
      `${markdownLink(`Pull request ${pullRequest.number}`, pullRequest.url)}: ${markdownText(pullRequest.title)}`,
    commit !== undefined && markdownLink(`Commit ${shortCommit(commit)}`, commitUrl(report, commit)),
    environment && `Environment ${markdownCode(environment.id)} of branch ${markdownCode(environment.owner.branch)}`,
  ]
  return lines
    .filter((line) => typeof line === 'string')
    .map((line) => `- ${line}`)
    .join('\n')
}

const urlLink = (url: string): string => markdownLink(markdownCode(url), url)

const MARK: Record<StepResult['status'], string> = { done: '✅', unchanged: '✅', skipped: '⏭️', failed: '❌' }

const stepTable = ({ steps }: Report): string => {
  if (steps.length === 0) return ''
  const whole = Math.max(...steps.map(({ at, ms }) => at + ms))
  const rows = steps.map((one) => {
    const { step, status, detail = '', link, ms } = one
    const what = [markdownText(detail), link === undefined ? '' : markdownLink('open', link)]
      .filter(Boolean)
      .join(' · ')
    return `| ${markdownText(step)} | ${MARK[status]} ${status} | ${duration(ms)} | ${bar(one, whole)} | ${what} |`
  })
  return ['| Step | Result | Time | When | Detail |', '| :-- | :-- | --: | :-- | :-- |', ...rows].join('\n')
}

const COLUMNS = 20

/** Where in the run it was: what took long, and what ran at the same time. */
const bar = ({ at, ms }: StepResult, whole: number): string => {
  const column = (time: number) => Math.round((time / Math.max(whole, 1)) * COLUMNS)
  const start = Math.min(column(at), COLUMNS - 1)
  const length = Math.max(1, column(at + ms) - start)
  return markdownCode(`${'·'.repeat(start)}${'█'.repeat(length)}${'·'.repeat(COLUMNS - start - length)}`)
}
