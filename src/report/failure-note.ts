import { markdownLink, markdownText } from './escape.ts'
import { shortCommit } from './format.ts'
import type { Marker } from './marker.ts'
import type { Report } from './report.ts'
import { verdict } from './verdict.ts'

/**
 * GitHub notifies nobody of an edited comment. So the first failure after a success is also said in a short comment of its
 * own, which goes when the preview works again.
 */
export const failureNote = (report: Report, before: Marker | undefined, details: string): string | undefined => {
  const { commit, failure, failureComment, intent, status } = report
  const isFailure = intent.kind === 'deploy' && status === 'failed' && failure?.code !== 'Cancelled'
  if (!isFailure || failureComment !== true || before?.history?.[0]?.ok !== true) return undefined
  const { icon, lead } = verdict(report)
  const of = commit === undefined ? '' : ` · ${shortCommit(commit)}`
  return `${icon} **${markdownText(lead)}**${of} · ${markdownLink('what happened', details)}\n\n${markOf(before.id)}`
}

/** What such a comment of any environment has at its end. */
export const NOTE = '<!-- eks-preview note '

/** Of a comment of our own identity, about the environment with this id. */
export const isNote = (body: string, id: string | undefined): boolean => body.trimEnd().endsWith(markOf(id))

/** The preview works again, or is gone. */
export const isOver = ({ status }: Report): boolean => status === 'live' || status === 'removed'

const markOf = (id = ''): string => `${NOTE}${id} -->`
