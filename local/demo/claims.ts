import { shortCommit } from '../../src/report/format.ts'
import type { Report } from '../../src/report/report.ts'
import type { Visit } from './visit.ts'

/** A sentence of the demo; `found` is there when it is untrue, and says what is true instead. */
export type Claim = { says: string; found?: string }
export type Comment = { id: number; body: string }
/** What a run of the action said of itself. */
export type Said = { exit: number | null; leaks: readonly string[]; report: Report }

export const claim = (says: string, holds: boolean, found: unknown): Claim =>
  holds ? { says } : { says, found: String(found) }

const stepClaims = ({ exit, leaks }: Said): Claim[] => [
  claim('The step succeeded, and no secret stands in its log', exit === 0 && leaks.length === 0, [
    `exit code ${exit}, ${leaks.length} secrets`,
  ]),
]

/** The conversation has one comment, with all of `words`; after the first time it must be the one that was there. */
export const commentClaim = (
  comments: readonly Comment[],
  words: readonly string[],
  before: Comment | undefined,
): Claim => {
  const [own] = comments
  const isSame = before === undefined || own?.id === before.id
  const holds = comments.length === 1 && isSame && words.every((word) => own?.body.includes(word))
  const sentence = before === undefined ? 'The pull request has one comment' : 'The same comment was edited in place'
  return claim(
    `${sentence}: “${words[0]}”`,
    holds,
    comments.map(({ id, body }) => `comment ${id}: ${body.split('\n', 1)[0]}`).join('; ') || 'no comment',
  )
}

export type Deployed = { said: Said; sha: string; expectedUrl: string; visit: Visit; slack: string }

export const deployClaims = ({ said, sha, expectedUrl, visit, slack }: Deployed): Claim[] => {
  const { report } = said
  const url = report.apps[0]?.url
  return [
    ...stepClaims(said),
    claim('The URL is made of the md5 of the branch name', url === expectedUrl, `${url}, expected ${expectedUrl}`),
    claim(`The URL answers 200, from commit ${shortCommit(sha)}`, isFrom(visit, sha), visitText(visit)),
    claim('The smoke check passed', report.smoke?.ok === true, report.smoke?.problem ?? 'no check, or it failed'),
    claim('Slack has the URL', slack.includes(expectedUrl), slack || 'no message'),
  ]
}

export type Repeated = { said: Said; before: readonly string[]; after: readonly string[] }

/** `before` and `after` are everything the action owns, each with its version. */
export const repeatClaims = ({ said, before, after }: Repeated): Claim[] => {
  const { changes } = said.report
  const written = changes.filter(({ action }) => action !== 'unchanged')
  const moved = after.filter((line) => !before.includes(line)).concat(before.filter((line) => !after.includes(line)))
  return [
    ...stepClaims(said),
    claim(
      `0 of ${changes.length} objects written, says the action`,
      changes.length > 0 && written.length === 0,
      written.map(({ subject, action }) => `${subject} ${action}`).join(', ') || 'no objects',
    ),
    claim(
      'Cluster and Route 53 say so too: same objects, same versions, same records',
      before.length > 0 && moved.length === 0,
      moved.join(', ') || 'nothing to compare',
    ),
  ]
}

export type Removed = { said: Said; left: readonly string[]; address: string | undefined; visit: Visit }

export const removedClaims = ({ said, left, address, visit }: Removed): Claim[] => {
  const { receipt } = said.report
  const there = receipt.filter(({ gone }) => !gone)
  return [
    ...stepClaims(said),
    claim(
      `The receipt has ${receipt.length} lines, all verified absent`,
      receipt.length > 0 && there.length === 0,
      there.map(({ subject }) => subject).join(', ') || 'an empty receipt',
    ),
    claim('Nothing is left in the cluster, in Route 53 and in ELBv2', left.length === 0, left.join(', ')),
    claim('DNS no longer knows the name', address === undefined, address),
    claim('Asked without DNS, the load balancer no longer leads there', !isAnswer(visit), visitText(visit)),
  ]
}

const isFrom = (visit: Visit, sha: string): boolean => 'status' in visit && visit.status === 200 && visit.commit === sha

/** A preview answers with its commit, whatever the status; a load balancer without a rule for the host does not. */
const isAnswer = (visit: Visit): boolean => 'status' in visit && (visit.status < 400 || visit.commit !== undefined)

export const visitText = (visit: Visit): string =>
  'error' in visit ? `no answer: ${visit.error}` : `${visit.status}, x-commit: ${visit.commit ?? 'none'}`
