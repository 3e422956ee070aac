import { z } from 'zod'
import { PreviewError } from './errors.ts'
import { type Changed, FORK, type Why } from './rules.ts'

/** What the run is about. A dispatch knows only its target; the pull request and the head commit are looked up. */
export type Target = { pullRequest: number } | { branch: string }

export type Intent =
  /** `sha` is the head commit the event spoke of, never the merge commit. */
  | { kind: 'deploy'; target: Target; sha?: string; changed?: Changed }
  /** `force`: asked for by hand, whatever the pull request is. `why`: where it was not simply closed. */
  | { kind: 'teardown'; target: Target; force: boolean; why?: Why }
  /** Only looks. */
  | { kind: 'list' }
  | ({ kind: 'skip'; pullRequest?: number } & Why)

export type Mode = 'auto' | 'deploy' | 'teardown' | 'list'
export type Event = {
  name: string
  payload: unknown
  repository: string
  /** Of the run, `refs/pull/12/merge`. */
  ref: string
  /** Who started it; also when somebody else runs it again. */
  actor: string
  /** By which the job can show AWS who it is, before the action does anything. */
  identity: { idToken: boolean; accessKey: boolean }
}

/** As they were written; those that are left out are not there. */
type Inputs = { readonly [name: string]: string }

const pullRequestEvent = z.object({
  action: z.string(),
  pull_request: z.object({
    number: z.int().positive(),
    head: z.object({
      sha: z.string(),
      /** null when the fork was deleted. */
      repo: z.object({ full_name: z.string() }).nullable(),
    }),
  }),
  label: z.object({ name: z.string() }).optional(),
  changes: z.object({ base: z.unknown() }).partial().optional(),
})
type PullRequestEvent = z.infer<typeof pullRequestEvent>

/**
 * Pure. The event is a hint: what the pull request is now, and whether the rules let it have a preview, is asked later. What is
 * skipped is skipped whatever the inputs are, because a fork's run gets neither secrets nor variables.
 */
export const intentOf = (event: Event, inputs: Inputs): Intent => {
  const { mode = 'auto' } = inputs
  if (mode === 'list' && LISTING.has(event.name)) return { kind: 'list' }
  if (event.name === 'workflow_dispatch') return dispatched(mode, inputs.target ?? '')
  if (event.name === 'pull_request' || event.name === 'pull_request_target') return ofPullRequest(event, inputs)
  return { kind: 'skip', ...(OTHERS.get(event.name) ?? other(event.name)) }
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

const ofPullRequest = (event: Event, inputs: Inputs): Intent => {
  const told = read(event)
  const pullRequest = told?.pull_request.number ?? numberIn(event)
  const target = { pullRequest }
  const skip = (reason: string, hint: string): Intent => ({ kind: 'skip', reason, hint, pullRequest })

  if (told !== undefined && isForks(told, event.repository)) return { kind: 'skip', ...FORK, pullRequest }
  if (event.actor === 'dependabot[bot]' && lacksRights(event, inputs)) {
    const mode = told?.action === 'closed' ? 'teardown' : 'deploy'
    return skip(
      'a run that Dependabot started has no rights in AWS and no secrets',
      `run the workflow by hand with mode ${mode} and target ${pullRequest}; or let the job have \`id-token: write\` and need no secrets`,
    )
  }
  if (BY_HAND.has(inputs.mode ?? ''))
    throw new PreviewError('BadInput', `mode ${inputs.mode} is not for ${event.name}`, {
      object: 'mode',
      hint: 'leave it out: the event says what to do',
    })
  if (told === undefined) return { kind: 'deploy', target, changed: 'anything' }
  const deploy = { kind: 'deploy', target, sha: told.pull_request.head.sha } as const
  switch (told.action) {
    case 'closed':
      return { kind: 'teardown', target, force: false }
    case 'opened':
    case 'synchronize':
    case 'reopened':
    case 'ready_for_review':
      return deploy
    case 'converted_to_draft':
      return { ...deploy, changed: 'draft' }
    case 'labeled':
    case 'unlabeled':
      if (told.label !== undefined) return { ...deploy, changed: { label: told.label.name } }
      break
    case 'edited':
      // What a preview shows does not depend on the base, but a workflow's `branches:` does: this may be its first run.
      if (told.changes?.base !== undefined) return deploy
      return skip('the edit does not change a preview', 'of edits, only a new base matters')
  }
  return skip(`the action ${told.action} does not change a preview`, `previews follow ${FOLLOWED}`)
}

/** `undefined` when the payload is empty, as GitHub says those of merged pull requests and of forks may be. */
const read = ({ name, payload }: Event): PullRequestEvent | undefined => {
  const parsed = pullRequestEvent.safeParse(payload)
  if (parsed.success) return parsed.data
  if (payload !== null && typeof payload === 'object' && !('action' in payload) && !('pull_request' in payload))
    return undefined
  throw new PreviewError('BadInput', `the ${name} event does not describe a pull request`, { cause: parsed.error })
}

const numberIn = ({ name, ref }: Event): number => {
  const number = /^refs\/pull\/(\d{1,9})\/(?:merge|head)$/.exec(ref)?.[1]
  if (number !== undefined) return Number(number)
  throw new PreviewError('BadInput', `the ${name} event is empty, and ${ref || 'its ref'} is no pull request`, {
    hint: 'run it by hand: workflow_dispatch with mode and the pull request as target',
  })
}

/** A repository that is gone has no name: on closing, whose the branch was is found out later. */
const isForks = ({ action, pull_request: { head } }: PullRequestEvent, repository: string): boolean =>
  head.repo === null ? action !== 'closed' : head.repo.full_name !== repository

/** Dependabot's runs get Dependabot's secrets alone, and a token that only reads unless the job's `permissions` say more. */
const lacksRights = ({ identity }: Event, inputs: Inputs): boolean => {
  if (inputs.kubeconfig !== undefined) return false
  const isKnown = inputs['role-to-assume'] === undefined ? identity.accessKey : identity.idToken
  return inputs.cluster === undefined || !isKnown
}

const LISTING: ReadonlySet<string> = new Set(['workflow_dispatch', 'schedule'])
const BY_HAND: ReadonlySet<string> = new Set<Mode>(['deploy', 'teardown', 'list'])
const FOLLOWED =
  'opened, synchronize, reopened, ready_for_review, converted_to_draft, labeled, unlabeled, edited and closed'

const OTHERS: ReadonlyMap<string, Why> = new Map([
  ['merge_group', { reason: 'a merge queue gets no preview', hint: 'the pull requests that wait in it have theirs' }],
  [
    'push',
    {
      reason: 'a push by itself makes no preview',
      hint: 'open a pull request of the branch, and run this action on pull_request',
    },
  ],
  ['schedule', { reason: 'there is nothing to do on a schedule', hint: 'mode: list tells what there is' }],
  [
    'issue_comment',
    {
      reason: 'comments do not change a preview',
      hint: 'run this action by hand: workflow_dispatch with mode and target',
    },
  ],
])

const other = (name: string): Why => ({
  reason: `the event ${name} does not make previews`,
  hint: 'run this action on pull_request or workflow_dispatch',
})
