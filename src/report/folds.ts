import { causeChain, type PreviewError, type Problem } from '../errors.ts'
import { markdownBlock, markdownCode, markdownText } from './escape.ts'
import { plural } from './format.ts'
import type { Evidence, ReceiptLine, Report } from './report.ts'
import { CAUSE } from './verdict.ts'

/** What a comment and a summary keep behind a line to click on; empty when there is nothing to say. */

const EVIDENCE_LINES = 15
const LISTED = 60
/** Characters of one message in a list. */
const ITEM = 300

/** `summary` and `body` are inert Markdown; the empty lines let GitHub read the body as Markdown inside HTML. */
export const fold = (summary: string, body: string, open = false): string =>
  `<details${open ? ' open' : ''}>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`

/** Cause class, object, what was found, what to do next. Open: it is why the reader came. */
export const failureFold = ({ status, failure, evidence = [] }: Report): string => {
  if (failure === undefined || status === 'superseded') return ''
  const { object: named } = failure
  const object = named === undefined || failure.message.includes(named) ? '' : `${markdownCode(named)}: `
  const body = [
    object +
      causeChain(failure)
        .map((message) => markdownText(message))
        .join('<br>'),
    problemList(failure.problems),
    ...evidence.slice(0, 3).map(found),
    failure.hint === undefined ? '' : `**What to do next:** ${markdownText(failure.hint)}`,
  ]
  return fold(`<b>${CAUSE[failure.code]}</b>${at(failure)}`, body.filter((part) => part !== '').join('\n\n'), true)
}

// Inside `<summary>` GitHub reads no Markdown; the entities of inert text mean the same there.
const at = ({ step }: PreviewError): string => (step === undefined ? '' : ` — ${markdownText(step)}`)

const problemList = (problems: readonly Problem[]): string =>
  listed(
    problems.map(({ message, hint, file, line }) => {
      const place = file === undefined ? '' : `${markdownCode(line === undefined ? file : `${file}:${line}`)} `
      return `${place}${markdownText(message, ITEM)}${hint === undefined ? '' : ` — ${markdownText(hint, ITEM)}`}`
    }),
  )

const found = ({ about, lines }: Evidence): string =>
  `${markdownText(about)}\n\n${markdownBlock(lines.slice(-EVIDENCE_LINES))}`

/** Which checks failed, and how. */
export const smokeFold = ({ smoke }: Report): string => {
  const cases = smoke?.result?.cases.filter((each) => each.status === 'failed') ?? []
  if (cases.length === 0) return ''
  const lines = cases.map(({ app, name, message }) => {
    const title = markdownText(app === null ? name : `${app}: ${name}`)
    return message === undefined ? title : `${title} — ${markdownText(message, ITEM)}`
  })
  return fold(`${plural(cases.length, 'check')} failed`, listed(lines), true)
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

const listed = (lines: readonly string[]): string => {
  const more = lines.length - LISTED
  return [...lines.slice(0, LISTED), ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `- ${line}`).join('\n')
}
