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

const stepClaim = ({ exit, leaks }: Said): Claim =>
  claim('The step succeeded, and no secret stands in its log', exit === 0 && leaks.length === 0, ended({ exit, leaks }))

export const failedStepClaim = ({ exit, leaks }: Said): Claim =>
  claim('The step failed, and no secret stands in its log', exit !== 0 && leaks.length === 0, ended({ exit, leaks }))

const ended = ({ exit, leaks }: Pick<Said, 'exit' | 'leaks'>): string => `exit code ${exit}, ${leaks.length} secrets`

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

/** What a browser got at the URL that an app must have. */
export type Visited = { url: string; visit: Visit }
export type Deployed = { said: Said; sha: string; pages: readonly Visited[]; slack: string }

export const deployClaims = ({ said, sha, pages, slack }: Deployed): Claim[] => {
  const urls = said.report.apps.map(({ url }) => url)
  const expected = pages.map(({ url }) => url)
  return [
    stepClaim(said),
    claim(
      'Both URLs are made of the md5 of the branch name',
      urls.join() === expected.join(),
      `${urls}, expected ${expected}`,
    ),
    servedClaim('Both URLs answer 200', pages, sha),
    checksClaim(said.report, []),
    claim(
      'Slack has both URLs',
      expected.length > 0 && expected.every((url) => slack.includes(url)),
      slack || 'no message',
    ),
  ]
}

export const servedClaim = (sentence: string, pages: readonly Visited[], sha: string): Claim =>
  claim(
    `${sentence}, from commit ${shortCommit(sha)}`,
    pages.length > 0 && pages.every(({ visit }) => isFrom(visit, sha)),
    pages.map(({ visit }) => visitText(visit)).join('; '),
  )

/** A row of the comment's table up to its commit, as `| app1 | Ready | [Open app1](http://…/) | abc1234 `. */
const ROW = /^\| [^|]+ \| [^|]+ \| [^|(]*\((\S+?)\/?\)[^|]* \| ([0-9a-f]{7})\b/gm

/** Whatever became of a push: what the comment says of a link is what the link shows. */
export const rowsClaim = (body: string, pages: readonly Visited[]): Claim => {
  const told = new Map([...body.matchAll(ROW)].map(([, url, commit]) => [url, commit]))
  const wrong = pages.filter(({ url, visit }) => !('status' in visit) || told.get(url) !== visit.commit?.slice(0, 7))
  return claim(
    'Each link of the comment shows the commit that stands beside it',
    pages.length > 0 && wrong.length === 0,
    wrong.map(({ url, visit }) => `${url} is said to show ${told.get(url)}: ${visitText(visit)}`).join('; ') ||
      'no page',
  )
}

/** `failing`: the checks that must have failed, as `queue of app1`. */
export const checksClaim = ({ smoke }: Report, failing: readonly string[]): Claim => {
  const cases = smoke?.result?.cases ?? []
  const not = cases.filter(({ status }) => status !== 'passed').map(({ app, name }) => `${name} of ${app}`)
  const sentence =
    failing.length === 0 ? `All ${cases.length} checks passed` : `Of ${cases.length} checks one failed: ${failing}`
  const holds = smoke?.ok === (failing.length === 0) && cases.length > 0 && not.join() === failing.join()
  return claim(sentence, holds, smoke?.problem ?? (not.join(', ') || 'no check failed, or none was asked'))
}

export type Repeated = { said: Said; before: readonly string[]; after: readonly string[] }

/** `before` and `after` are everything the action owns, each with its version. */
export const repeatClaims = ({ said, before, after }: Repeated): Claim[] => {
  const { changes } = said.report
  const written = changes.filter(({ action }) => action !== 'unchanged')
  const moved = after.filter((line) => !before.includes(line)).concat(before.filter((line) => !after.includes(line)))
  return [
    stepClaim(said),
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

export type Removed = {
  said: Said
  left: readonly string[]
  /** What DNS says of the names, and what the load balancer answered for each when asked without it. */
  names: readonly (string | undefined)[]
  visits: readonly Visit[]
}

export const removedClaims = ({ said, left, names, visits }: Removed): Claim[] => {
  const { receipt } = said.report
  const there = receipt.filter(({ gone }) => !gone)
  return [
    stepClaim(said),
    claim(
      `The receipt has ${receipt.length} lines, all verified absent`,
      receipt.length > 0 && there.length === 0,
      there.map(({ subject }) => subject).join(', ') || 'an empty receipt',
    ),
    claim('Nothing is left in the cluster, in Route 53 and in ELBv2', left.length === 0, left.join(', ')),
    claim(
      'DNS no longer knows the names',
      names.length > 0 && names.every((name) => name === undefined),
      names.join(', '),
    ),
    claim(
      'Asked without DNS, the load balancer no longer leads there',
      visits.length > 0 && !visits.some(isAnswer),
      visits.map(visitText).join('; '),
    ),
  ]
}

const isFrom = (visit: Visit, sha: string): boolean => 'status' in visit && visit.status === 200 && visit.commit === sha

/** A preview answers with its commit, whatever the status; a load balancer without a rule for the host does not. */
const isAnswer = (visit: Visit): boolean => 'status' in visit && (visit.status < 400 || visit.commit !== undefined)

export const visitText = (visit: Visit): string =>
  'error' in visit ? `no answer: ${visit.error}` : `${visit.status}, x-commit: ${visit.commit ?? 'none'}`
