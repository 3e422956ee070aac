import type { PullRequest } from './github/pull-request.ts'

/** Which pull requests get a preview. */
export type Rules = {
  /** Only those with this label. */
  optInLabel: string | undefined
  drafts: 'skip' | 'deploy'
  bots: 'skip' | 'deploy'
}

/** Why there is no preview, and what to do to get one. */
export type Why = { reason: string; hint: string }

export const FORK: Why = {
  reason: 'pull requests from forks get no preview',
  hint: 'push the branch to this repository to get one',
}

/** The one thing that an event says has changed, where the rules tell whether that matters. `anything`: it does not say. */
export type Changed = 'draft' | 'anything' | { label: string }

/** Pure. As the pull request is now; `undefined` when it gets one. */
export const whyNot = (
  { number, state, draft, isBot, labels }: Pick<PullRequest, 'number' | 'state' | 'draft' | 'isBot' | 'labels'>,
  { optInLabel, drafts, bots }: Rules,
): Why | undefined => {
  if (state === 'closed') return { reason: `#${number} is closed`, hint: 'reopen it to get a preview' }
  if (isBot && bots === 'skip')
    return { reason: 'the pull request is a bot’s', hint: 'the setting `bots: deploy` gives those previews too' }
  if (draft && drafts === 'skip')
    return { reason: 'the pull request is a draft', hint: 'mark it as ready for review to get a preview' }
  if (optInLabel !== undefined && !labels.some((label) => isSame(label, optInLabel)))
    return { reason: `the label ${optInLabel} is missing`, hint: 'add it to get a preview' }
  return undefined
}

/** Pure. Why a change makes no difference, whatever the pull request is now. */
export const noDifference = (changed: Changed | undefined, { optInLabel, drafts }: Rules): Why | undefined => {
  if (changed === 'draft')
    return drafts === 'skip' ? undefined : { reason: 'drafts have previews here', hint: 'nothing to do here' }
  if (typeof changed !== 'object') return undefined
  const reason = `the label ${changed.label} does not decide about previews`
  if (optInLabel === undefined) return { reason, hint: 'every pull request has one: no opt-in-label is set' }
  return isSame(changed.label, optInLabel) ? undefined : { reason, hint: `the label ${optInLabel} does` }
}

/** A repository has no two labels that differ only in case. */
const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
