import { styleText } from 'node:util'
import { commentTree } from '../page/github-html.ts'
import { attribute, elements, type HtmlElement, type HtmlNode, textOf } from '../page/html-tree.ts'
import { columns, wrap } from './columns.ts'
import { createFootnotes, type Footnotes } from './footnotes.ts'

type Style = Parameters<typeof styleText>[0]
type Look = { width: number; notes: Footnotes; unfold: (summary: string) => boolean }

const STYLE: Record<string, Style> = {
  strong: 'bold',
  b: 'bold',
  th: 'bold',
  em: 'italic',
  del: 'strikethrough',
  code: 'cyan',
  a: 'underline',
}

/**
 * A comment's Markdown as GitHub's page shows it, for a terminal: links are numbered, the addresses follow at the end. A fold
 * is one ▸ line, as it is before somebody clicks; `unfold` says which ones are open.
 */
export const commentLines = (
  markdown: string,
  width: number,
  unfold: (summary: string) => boolean = () => false,
): string[] => {
  const notes = createFootnotes(width)
  const lines = blocks(commentTree(markdown), { width, notes, unfold })
  const addresses = notes.lines()
  return addresses.length === 0 ? lines : [...lines, '', ...addresses]
}

const blocks = (nodes: readonly HtmlNode[], look: Look): string[] =>
  nodes
    .filter((node) => typeof node !== 'string' || node.trim() !== '')
    .flatMap((node, at) => [...(at === 0 ? [] : ['']), ...block(node, look)])

const block = (node: HtmlNode, look: Look): string[] => {
  if (typeof node === 'string') return wrap(node.trim(), look.width)
  switch (node.tag) {
    case 'ul':
      return elements(node.children, 'li').flatMap((item) => indented(wrap(inline([item], look), look.width - 2), '• '))
    case 'table':
      return table(node, look)
    case 'pre':
      return indented(textOf(node).trimEnd().split('\n'), '  ')
    case 'details':
      return fold(node, look)
    default:
      return wrap(inline([node], look), look.width)
  }
}

const fold = (node: HtmlElement, look: Look): string[] => {
  const [summary] = elements(node.children, 'summary')
  const title = summary === undefined ? '' : inline([summary], look)
  const isOpen = /\bopen\b/.test(node.attributes) || look.unfold(summary === undefined ? '' : textOf(summary))
  if (!isOpen) return [`▸ ${title}`]
  const body = node.children.filter((child) => child !== summary)
  return [`▾ ${title}`, ...indented(blocks(body, { ...look, width: look.width - 2 }), '  ')]
}

const table = (node: HtmlElement, look: Look): string[] => {
  const rows = elements(node.children, 'tr').map((row) =>
    row.children.filter((cell) => typeof cell !== 'string').map((cell) => inline([cell], look)),
  )
  return columns(rows)
}

/** A style is put on every word by itself, so that it ends with its line. */
const inline = (nodes: readonly HtmlNode[], look: Look): string =>
  nodes
    .map((node) => {
      if (typeof node === 'string') return node
      if (node.tag === 'br') return '\n'
      const style = STYLE[node.tag]
      const text = inline(node.children, look)
      const styled = style === undefined ? text : text.replace(/\S+/g, (word) => styleText(style, word))
      return node.tag === 'a' ? `${styled} ${look.notes.mark(attribute(node, 'href'))}` : styled
    })
    .join('')

/** The first line after `mark`, the others below it. */
const indented = (lines: readonly string[], mark: string): string[] =>
  lines.map((line, at) => (at === 0 ? mark : ' '.repeat(mark.length)) + line).map((line) => line.trimEnd())
