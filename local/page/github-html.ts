import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { type Html, html } from '../../checks/html.ts'
import { attribute, type HtmlElement, type HtmlNode, htmlTree } from './html-tree.ts'

const EXTENSIONS = { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true }

/** A comment's Markdown as the elements that GitHub reads in it. */
export const commentTree = (markdown: string): HtmlNode[] => htmlTree(micromark(markdown, EXTENSIONS))

/** What GitHub's sanitizer lets through, as far as comments here have it; of everything else only the text stays. */
const TAGS = new Set(
  'a b blockquote br code del details em h1 h2 h3 h4 h5 h6 hr li ol p pre strong summary table tbody td th thead tr ul'.split(
    ' ',
  ),
)
const EMPTY = new Set(['br', 'hr'])

/** A comment as a page may show it: tags and attributes are ours, all text is escaped. */
export const commentHtml = (markdown: string): Html => ({ markup: markupOf(commentTree(markdown)) })

const markupOf = (nodes: readonly HtmlNode[]): string => nodes.map(nodeMarkup).join('')

const nodeMarkup = (node: HtmlNode): string => {
  if (typeof node === 'string') return html`${node}`.markup
  const inner = markupOf(node.children)
  const { tag } = node
  if (!TAGS.has(tag)) return inner
  if (EMPTY.has(tag)) return `<${tag}>`
  // GitHub lets a wide table scroll by itself.
  if (tag === 'table') return `<div class="wide"><table>${inner}</table></div>`
  return `<${tag}${attributesOf(node)}>${inner}</${tag}>`
}

const attributesOf = (element: HtmlElement): string => {
  switch (element.tag) {
    case 'a': {
      const href = attribute(element, 'href')
      return /^https?:/.test(href) ? html` href="${href}" rel="noreferrer noopener" target="_blank"`.markup : ''
    }
    case 'details':
      return /\bopen\b/.test(element.attributes) ? ' open' : ''
    case 'td':
    case 'th': {
      const align = attribute(element, 'align')
      return /^(left|right|center)$/.test(align) ? html` align="${align}"`.markup : ''
    }
    default:
      return ''
  }
}
