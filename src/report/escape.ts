import { stripVTControlCharacters } from 'node:util'

/**
 * Text from outside (branch, title, pod log, an API's message) made inert for one place each. What cannot be shown as it
 * is, is shown as its code, so that nobody is shown less than there is.
 */

// Control, bidi, zero-width, tag and lone surrogate characters. U+200D and U+200C stay: they join emoji and shape Persian.
const INVISIBLE = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\t\u200c\u200d]]/gv
const LINE_BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/

const code = (character: string) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`

/** Colours of a terminal go; every other invisible character becomes its code. */
const visibleLines = (text: string): string[] =>
  stripVTControlCharacters(text)
    .split(LINE_BREAK)
    .map((line) => line.replace(INVISIBLE, code))

const oneLine = (text: string, max: number): string => visibleLines(cut(text, max)).join(' ').trim()

/** Never between the halves of a surrogate pair. */
const cut = (text: string, max: number): string => {
  if (text.length <= max) return text
  const head = text.slice(0, max).replace(/[\ud800-\udbff]$/, '')
  return `${head}… (${text.length - head.length} more characters)`
}

/** One line for a place that shows it as it is, and takes no more than `max` characters. */
export const plainText = (text: string, max: number): string => {
  const line = oneLine(text, max)
  return line.length <= max ? line : `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/**
 * For the run's log. The runner obeys `::name::` at the start of a line and `##[name]` anywhere in one (actions/runner,
 * ActionCommand.cs). Lines after the first are indented: none can pose as a line of ours.
 */
export const inertLog = (text: string, max = 16_384): string =>
  visibleLines(cut(text, max))
    .map((line) => line.replace(/^(\s*):(?=:)/, '$1\\u{3a}').replaceAll('##[', '#\\u{23}['))
    .join('\n  ')

// A zero-width space ends what GitHub would link or notify: it looks at the text after entities were decoded.
const BREAK = '&#8203;'
const ACTIVE = /@|#|GH-(?=\d)|:\/\/|www\.|[&<>\\`*_~[\]|$]/gi
const LINE_START = /^(?:[-+=]|\d{1,9}(?=[.)]))/

const entities = (text: string) => text.replace(/[^A-Za-z0-9]/g, (character) => `&#${character.charCodeAt(0)};`)

const inactive = (found: string): string => {
  switch (found.toLowerCase()) {
    case '://':
      return `:${BREAK}//`
    case 'www.':
      return `${found.slice(0, 3)}${BREAK}.`
    case 'gh-':
    case '@':
    case '#':
      return `${entities(found)}${BREAK}`
    default:
      return entities(found)
  }
}

/** One line of plain text, also inside a table: no markup, HTML, link, mention or reference comes to life. */
export const markdownText = (text: string, max = 1_000): string =>
  oneLine(text, max)
    .replace(ACTIVE, inactive)
    .replace(LINE_START, (start) => (/\d/.test(start) ? `${start}${BREAK}` : entities(start)))

/** One line of text to be read and copied letter by letter, also inside a table. */
export const markdownCode = (text: string, max = 500): string => {
  const line = oneLine(text, max)
  if (line === '') return ''
  // In a code span a pipe needs a backslash inside tables and must have none outside: an element is right in both.
  if (line.includes('|')) return `<code>${markdownText(line, Infinity)}</code>`
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = /^[` ]|[` ]$/.test(line) ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** Several lines as they are, in a block of their own. */
export const markdownBlock = (lines: readonly string[], max = 8_000): string => {
  const text = visibleLines(cut(lines.join('\n'), max)).join('\n')
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}text\n${text}\n${fence}`
}

const longestRun = (text: string) => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))

/** `label` is inert already. What is no web address stays a label. */
export const markdownLink = (label: string, url: string): string => {
  const address = webAddress(url)
  return address === undefined ? label : `[${label}](${address.replaceAll('&', '&amp;')})`
}

/** For a mrkdwn text object with `verbatim: true`: these three are Slack's only control characters. */
export const slackText = (text: string, max = 1_000): string =>
  oneLine(text, max).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** `label` is inert already. What is no web address stays a label. */
export const slackLink = (label: string, url: string): string => {
  const address = webAddress(url)
  return address === undefined ? label : `<${address.replaceAll('&', '&amp;')}|${label}>`
}

/** What a URL may hold and Markdown or Slack would read as the end of it. */
const webAddress = (url: string): string | undefined => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:') return undefined
  return parsed.href.replace(/[()<>|`\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
