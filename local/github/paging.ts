import type { Answer } from './wire.ts'

const DEFAULT = 30
const MOST = 100

/** One page of a list with GitHub's Link header; there is none when everything fits on one page. */
export const page = <T>(items: readonly T[], url: URL): { items: T[]; headers: Record<string, string> } => {
  const size = Math.min(Math.max(Number(url.searchParams.get('per_page') ?? DEFAULT), 1), MOST)
  const last = Math.max(Math.ceil(items.length / size), 1)
  const at = Math.max(Number(url.searchParams.get('page') ?? 1), 1)
  const link = (rel: string, number: number) => {
    const target = new URL(url)
    target.searchParams.set('page', String(number))
    return `<${target}>; rel="${rel}"`
  }
  const links = [
    ...(at > 1 ? [link('prev', Math.min(at - 1, last))] : []),
    ...(at < last ? [link('next', at + 1), link('last', last)] : []),
    ...(at > 1 ? [link('first', 1)] : []),
  ]
  return { items: items.slice((at - 1) * size, at * size), headers: links.length > 0 ? { link: links.join(', ') } : {} }
}

export const paged = <T>(items: readonly T[], url: URL): Answer => {
  const { items: body, headers } = page(items, url)
  return { status: 200, headers, body }
}
