export type HtmlElement = { tag: string; attributes: string; children: HtmlNode[] }
export type HtmlNode = HtmlElement | string

const TOKEN = /<!--.*?-->|<(\/?)([a-z][a-z0-9]*)([^>]*)>|[^<]+/gs
const VOID = new Set(['br', 'hr', 'img', 'input'])
const NAMED: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' }

/**
 * The elements of a page that micromark has made: there every `<` and `>` that is not a tag's is an entity. HTML comments,
 * which no reader sees, are left out.
 */
export const htmlTree = (html: string): HtmlNode[] => {
  const root: HtmlElement = { tag: '', attributes: '', children: [] }
  const open = [root]
  for (const [text, end, tag, attributes = ''] of html.matchAll(TOKEN)) {
    const parent = open.at(-1) ?? root
    if (tag === undefined) {
      if (!text.startsWith('<')) parent.children.push(decoded(text))
    } else if (end === '/') {
      const at = open.findLastIndex((element) => element.tag === tag)
      if (at > 0) open.length = at
    } else {
      const element: HtmlElement = { tag, attributes, children: [] }
      parent.children.push(element)
      if (!VOID.has(tag)) open.push(element)
    }
  }
  return root.children
}

export const attribute = ({ attributes }: HtmlElement, name: string): string =>
  decoded(new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1] ?? '')

export const textOf = (node: HtmlNode): string => (typeof node === 'string' ? node : node.children.map(textOf).join(''))

/** Elements whose tag is, or matches, `tag`, however deep; not those inside one that is found. */
export const elements = (nodes: readonly HtmlNode[], tag: string | RegExp): HtmlElement[] =>
  nodes.flatMap((node) => {
    if (typeof node === 'string') return []
    const isIt = typeof tag === 'string' ? node.tag === tag : tag.test(node.tag)
    return isIt ? [node] : elements(node.children, tag)
  })

// A zero-width space keeps GitHub from making links of names; in a terminal it would only be in the way of copying.
const decoded = (text: string): string =>
  text
    .replace(/&(?:#(\d+)|(lt|gt|quot|amp));/g, (_, code?: string, name = '') =>
      code === undefined ? (NAMED[name] ?? '') : String.fromCodePoint(Number(code)),
    )
    .replaceAll('\u200b', '')
