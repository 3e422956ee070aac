import type { SmokeApp } from '../contract.ts'
import type { Answer } from './web.ts'

/** Whole or shortened as git does it, which prints seven characters at least. */
export const isCommit = (commit: string, shown: string): boolean => shown.length >= 7 && commit.startsWith(shown)

/** @throws Error when the answer does not say which commit it comes from */
export const shownCommit = (answer: Answer, marker: NonNullable<SmokeApp['commit']>): string => {
  const shown = 'header' in marker ? answer.headers.get(marker.header) : inJson(answer, marker.path)
  const where = 'header' in marker ? `header ${marker.header}` : `JSON value at ${marker.path}`
  if (typeof shown !== 'string' || shown.trim() === '') {
    throw new Error(`${answer.said} answered ${answer.status} without a ${where}, so the commit is unknown`)
  }
  return shown.trim().toLowerCase()
}

const inJson = (answer: Answer, path: string): unknown => {
  let value: unknown
  try {
    value = JSON.parse(answer.text)
  } catch (cause) {
    throw new Error(`${answer.said} answered ${answer.status} with something that is not JSON`, { cause })
  }
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
