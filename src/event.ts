import { z } from 'zod'
import { PreviewError } from './errors.ts'

/** What the run is about. A dispatch knows only its target; the pull request and the head commit are looked up. */
export type Target = { pullRequest: number } | { branch: string }

export type Intent =
  /** `sha` is the head commit the event spoke of, never the merge commit. */
  | { kind: 'deploy'; target: Target; sha?: string }
  /** `force`: asked for by hand, so also while the pull request is open. */
  | { kind: 'teardown'; target: Target; force: boolean }
  /** Only looks. */
  | { kind: 'list' }
  | { kind: 'skip'; reason: string; hint: string; pullRequest?: number }

export type Mode = 'auto' | 'deploy' | 'teardown' | 'list'
export type Event = { name: string; payload: unknown; repository: string }

const pullRequestEvent = z.object({
  action: z.string(),
  pull_request: z.object({
    number: z.int(),
    draft: z.boolean().default(false),
    head: z.object({
      sha: z.string(),
      ref: z.string(),
      /** null when the fork was deleted. */
      repo: z.object({ full_name: z.string() }).nullable(),
    }),
  }),
})

/**
 * Pure. The event is a hint: whether the pull request is still open, and at this commit, is asked later. `mode` as it was
 * given: what is skipped is skipped whatever the inputs are, because a fork's run gets neither secrets nor variables.
 */
export const intentOf = (event: Event, mode: string, target: string): Intent => {
  if (mode === 'list' && BY_HAND.has(event.name)) return { kind: 'list' }
  if (event.name === 'workflow_dispatch') return dispatched(mode, target)
  if (event.name === 'pull_request' || event.name === 'pull_request_target') return ofPullRequest(event, mode)
  return {
    kind: 'skip',
    reason: `the event ${event.name} does not make previews`,
    hint: 'run this action on pull_request (opened, synchronize, reopened, closed) or workflow_dispatch',
  }
}

const dispatched = (mode: string, target: string): Intent => {
  if (mode !== 'deploy' && mode !== 'teardown')
    throw new PreviewError('BadInput', 'a workflow_dispatch run must say what to do', {
      hint: 'set mode to deploy, teardown or list',
    })
  if (target === '')
    throw new PreviewError('BadInput', `mode ${mode} needs a target`, {
      hint: 'set target to a pull request number or a branch',
    })
  const number = /^#?(\d{1,9})$/.exec(target)?.[1]
  const what: Target = number === undefined ? { branch: target } : { pullRequest: Number(number) }
  return mode === 'deploy' ? { kind: 'deploy', target: what } : { kind: 'teardown', target: what, force: true }
}

const ofPullRequest = (event: Event, mode: string): Intent => {
  const parsed = pullRequestEvent.safeParse(event.payload)
  if (!parsed.success)
    throw new PreviewError('BadInput', `the ${event.name} event does not describe a pull request`, {
      cause: parsed.error,
    })
  const { action, pull_request: pr } = parsed.data
  const skip = (reason: string, hint: string): Intent => ({ kind: 'skip', reason, hint, pullRequest: pr.number })

  const isOurs = pr.head.repo?.full_name === event.repository
  // A repository that is gone has no name: whose the branch was is found out later.
  if (action === 'closed' && (isOurs || pr.head.repo === null))
    return { kind: 'teardown', target: { pullRequest: pr.number }, force: false }
  if (!isOurs) return skip('pull requests from forks get no preview', 'push the branch to this repository to get one')
  if (!DEPLOYING.has(action) && mode === 'auto')
    return skip(
      `the action ${action} does not change a preview`,
      `previews follow ${[...DEPLOYING, 'closed'].join(', ')}`,
    )
  if (pr.draft) return skip('the pull request is a draft', 'mark it as ready for review to get a preview')
  return { kind: 'deploy', target: { pullRequest: pr.number }, sha: pr.head.sha }
}

const BY_HAND: ReadonlySet<string> = new Set(['workflow_dispatch', 'schedule'])
const DEPLOYING: ReadonlySet<string> = new Set(['opened', 'synchronize', 'reopened', 'ready_for_review'])
