import { isFlaky, type SmokeCase } from '../../checks/contract.ts'
import { markdownCode, markdownText } from './escape.ts'
import { duration, plural } from './format.ts'
import type { ReceiptLine, Report } from './report.ts'

/** What a comment and a summary keep behind a line to click on; empty when there is nothing to say. */

const LISTED = 60
/** Characters of one message in a list. */
export const ITEM = 300

/** `summary` and `body` are inert Markdown; the empty lines let GitHub read the body as Markdown inside HTML. */
export const fold = (summary: string, body: string, open = false): string =>
  `<details${open ? ' open' : ''}>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`

/** Which checks failed, and how; and which did before they passed. */
export const smokeFold = ({ smoke }: Report): string => {
  const { cases = [] } = smoke?.result ?? {}
  const failed = cases.filter((each) => each.status === 'failed')
  const flaky = cases.filter(isFlaky)
  const lines = failed.map((each) => {
    const isOld = smoke?.news?.stillFailing.includes(each.app === null ? each.name : `${each.name} of ${each.app}`)
    const title = `${titleOf(each)}${isOld ? ' (still)' : ''}`
    return each.message === undefined ? title : `${title} — ${markdownText(each.message, ITEM)}`
  })
  return [
    ...(failed.length === 0 ? [] : [fold(`${plural(failed.length, 'check')} failed`, listed(lines), true)]),
    ...(flaky.length === 0
      ? []
      : [fold(`${plural(flaky.length, 'check')} passed after failing`, listed(flaky.map(late)))]),
  ].join('\n\n')
}

const titleOf = ({ app, name }: SmokeCase): string => markdownText(app === null ? name : `${app}: ${name}`)

/** What it said before says more than that it passed. */
const late = (each: SmokeCase): string => {
  const before = each.history?.findLast(({ status }) => status === 'failed')?.message
  const said = before === undefined ? '' : `; before: ${markdownText(before, ITEM)}`
  return `${titleOf(each)} passed on attempt ${each.attempts}${said}`
}

/** Every check, for where there is room. */
export const smokeTable = ({ smoke }: Report): string => {
  const { cases = [] } = smoke?.result ?? {}
  if (cases.length === 0) return ''
  const rows = cases.map(({ app, attempts, message = '', ms, name, status }) => {
    const word = isFlaky({ status, attempts }) ? `flaky: passed on attempt ${attempts}` : status
    const icon = { passed: '✅', failed: '❌', skipped: '⏭️' }[status]
    return `| ${markdownText(app ?? '—')} | ${markdownText(name)} | ${icon} ${word} | ${duration(ms)} | ${markdownText(message, ITEM)} |`
  })
  const head = ['| App | Check | Result | Time | What came |', '| :-- | :-- | :-- | --: | :-- |']
  return fold(plural(cases.length, 'check'), [...head, ...rows].join('\n'))
}

export const warningsFold = ({ warnings }: Report): string =>
  warnings.length === 0
    ? ''
    : fold(plural(warnings.length, 'warning'), listed(warnings.map((text) => markdownText(text, ITEM))))

/** What was removed and looked for again; open when something is still there. */
export const receiptFold = ({ receipt }: Report): string => {
  if (receipt.length === 0) return ''
  const left = receipt.filter((line) => !line.gone)
  const lines = [...left, ...receipt.filter((line) => line.gone)].map(receiptLine)
  const title = left.length === 0 ? 'Receipt: what was removed' : `Receipt: ${left.length} still there`
  return fold(title, listed(lines), left.length > 0)
}

const receiptLine = ({ subject, gone, why }: ReceiptLine): string =>
  `${gone ? '✓ absent' : '**✗ still there**'} ${markdownCode(subject)}${why === undefined ? '' : ` — ${markdownText(why)}`}`

/** `11 objects: 3 created, 8 unchanged`, and which. What did not change is only counted. */
export const changesFold = ({ changes }: Report): string => {
  if (changes.length === 0) return ''
  const counts = Map.groupBy(changes, (change) => change.action)
  const words = [...counts].map(([action, those]) => `${those.length} ${markdownText(action)}`).join(', ')
  const changed = changes.filter((change) => change.action !== 'unchanged')
  const lines = changed.map(({ subject, action }) => `${markdownText(action)} ${markdownCode(subject)}`)
  const title = `${plural(changes.length, 'object')}: ${words}`
  return lines.length === 0 ? '' : fold(title, listed(lines))
}

export const listed = (lines: readonly string[]): string => {
  const more = lines.length - LISTED
  return [...lines.slice(0, LISTED), ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `- ${line}`).join('\n')
}
