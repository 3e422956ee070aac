/** Markup that is safe to place into a page as it is. Only `html` makes it. */
export type Html = { readonly markup: string }
type Part = Html | readonly Html[] | string | number | false | null | undefined

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

// Characters that make text read in another order than it is written can forge a verdict.
const REORDERING = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const escaped = (text: string): string =>
  text
    .replace(REORDERING, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

const markupOf = (part: Part): string => {
  if (part === false || part === null || part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return 'markup' in part ? part.markup : part.map(markupOf).join('')
}

/** Everything between the literal parts is escaped, unless it is markup made by `html` itself. */
export const html = (literals: TemplateStringsArray, ...parts: Part[]): Html => ({
  markup: String.raw({ raw: literals }, ...parts.map(markupOf)),
})
