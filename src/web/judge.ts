import type { Answer } from './web.ts'

/** Where an app says which commit it is: a header of the health answer, or a dotted path into its JSON. */
export type Marker = { header: string } | { path: string }
export type Wanted = { commit?: Marker | undefined; sha: string }

/** `undefined` when an answer is good: 200, and from this commit where the app says so. Else why it is not. Pure. */
export const fault = (answer: Answer | { error: string }, { commit, sha }: Wanted): string | undefined => {
  if ('error' in answer) return answer.error
  const { status, headers, body } = answer
  if (status !== 200) {
    const to = headers.location === undefined ? '' : ` to ${headers.location}`
    return `HTTP ${status}${to}: ${body.slice(0, 200)}`
  }
  if (commit === undefined) return undefined
  const shown = shownCommit(answer, commit)
  const where = 'header' in commit ? `header ${commit.header}` : `JSON value at ${commit.path}`
  if (shown === undefined) return `HTTP 200 without a ${where}: ${body.slice(0, 200)}`
  // Seven characters are the shortest form git itself prints.
  if (shown.length >= 7 && sha.startsWith(shown)) return undefined
  return `HTTP 200 from commit ${shown.slice(0, 64)} (${where})`
}

const shownCommit = ({ headers, body }: Answer, marker: Marker): string | undefined => {
  const value = 'header' in marker ? headers[marker.header.toLowerCase()] : inJson(body, marker.path)
  return typeof value === 'string' && value.trim() !== '' ? value.trim().toLowerCase() : undefined
}

const inJson = (body: string, path: string): unknown => {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined // not JSON: no commit is shown
  }
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
