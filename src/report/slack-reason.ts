import type { Problem } from '../errors.ts'
import { slackText } from './escape.ts'
import type { Report } from './report.ts'

/** Characters of a line, before it is escaped. */
const LINE = 300
/** Things that are told one by one; GitHub has the rest. */
const TOLD = 2
/** Lines of a log. */
const LAST_WORDS = 3

/** Why it failed and what to do next, so that nobody has to leave Slack to know. Inert lines; none when all went well. */
export const reasonLines = (report: Report): string[] => {
  const { failure, smoke, status } = report
  if (status === 'live') return smoke?.ok === false ? failedChecks(report) : []
  if (status !== 'failed' || failure === undefined) return []
  const why = whyOf(report)
  const next = report.diagnoses?.[0]?.next ?? failure.hint
  return [...counted(why), ...lastWords(report), ...(next === undefined ? [] : [`*Next:* ${line(next)}`])]
}

/** Of the app that is told first. */
const lastWords = ({ diagnoses }: Report): string[] =>
  (diagnoses?.[0]?.logs[0]?.lines ?? []).slice(-LAST_WORDS).map((text) => `│ ${line(text)}`)

const whyOf = (report: Report): string[] => {
  const { diagnoses = [], failure, receipt } = report
  if (failure === undefined) return []
  if (diagnoses.length > 0) return diagnoses.map(({ app, what }) => `${app}: ${what}`)
  const left = receipt.filter(({ gone }) => !gone)
  if (left.length > 0)
    return left.map(({ subject, why }) => `${subject} is still there${why === undefined ? '' : `: ${why}`}`)
  if (failure.code === 'SmokeFailed' && failedChecks(report).length > 0) return caseLines(report)
  if (failure.problems.length > 0) return failure.problems.map(problemLine)
  return [failure.message.split('\n')[0] ?? '']
}

const failedChecks = (report: Report): string[] => counted(caseLines(report))

const caseLines = ({ smoke }: Report): string[] =>
  (smoke?.result?.cases ?? [])
    .filter((each) => each.status === 'failed')
    .map(({ app, name, message }) => {
      const what = app === null ? name : `${name} of ${app}`
      return message === undefined ? `${what} fails` : `${what}: ${message}`
    })

const problemLine = ({ message, hint, file, line }: Problem): string => {
  const place = file === undefined ? '' : `${line === undefined ? file : `${file}:${line}`} `
  return `${place}${message}${hint === undefined ? '' : ` — ${hint}`}`
}

const counted = (lines: readonly string[]): string[] => {
  const more = lines.length - TOLD
  return [...lines.slice(0, TOLD).map((text) => line(text)), ...(more > 0 ? [`and ${more} more`] : [])]
}

const line = (text: string): string => slackText(text, LINE)
