import type { SmokeApp } from '../contract.ts'
import { jsonOf, valueAt } from './answer-json.ts'
import type { Answer } from './web.ts'

/** Whole or shortened as git does it, which prints seven characters at least. */
export const isCommit = (commit: string, shown: string): boolean => shown.length >= 7 && commit.startsWith(shown)

/** @throws Error when the answer does not say which commit it comes from */
export const shownCommit = (answer: Answer, marker: NonNullable<SmokeApp['commit']>): string => {
  const shown = 'header' in marker ? answer.headers.get(marker.header) : valueAt(jsonOf(answer), marker.path)
  const where = 'header' in marker ? `header ${marker.header}` : `JSON value at ${marker.path}`
  if (typeof shown !== 'string' || shown.trim() === '') {
    throw new Error(`${answer.said} answered ${answer.status} without a ${where}, so the commit is unknown`)
  }
  return shown.trim().toLowerCase()
}
