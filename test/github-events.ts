import { createRequire } from 'node:module'
import type { Event } from '../src/event.ts'

type Payload = Record<string, unknown> & {
  action: string
  repository: { full_name: string }
  pull_request: { number: number; head: { sha: string; repo: { full_name: string } | null } }
}
type Example = { name: string; examples: Payload[] }

/** Payloads that GitHub recorded, of one repository: 4 MB, read once. */
const recorded = createRequire(import.meta.url)('@octokit/webhooks-examples') as Example[]
const examplesOf = (name: string): Payload[] => recorded.find((event) => event.name === name)?.examples ?? []

export const REPOSITORY = 'Codertocat/Hello-World'

/** An event as the job of somebody with all rights gets it. */
export const eventOf = (name: string, payload: unknown, more: Partial<Event> = {}): Event => ({
  name,
  payload,
  repository: REPOSITORY,
  ref: 'refs/pull/2/merge',
  actor: 'Codertocat',
  identity: { idToken: true, accessKey: false },
  ...more,
})

/** One recorded payload of that name; `{}` for events of which none is recorded. */
export const recordedEvent = (name: string): Event => eventOf(name, structuredClone(examplesOf(name)[0] ?? {}))

/** Every recorded payload of a pull request. */
export const pullRequestPayloads = (): Payload[] => structuredClone(examplesOf('pull_request'))

/** Of actions that were never recorded, `opened` is changed to what GitHub describes: the action, and the fields it adds. */
export const pullRequestPayload = (action: string, more: Record<string, unknown> = {}): Payload => {
  const all = pullRequestPayloads()
  const example = all.find((payload) => payload.action === action) ?? all.find(({ action }) => action === 'opened')
  if (example === undefined) throw new Error('there is no recorded payload')
  return { ...example, action, ...more }
}

/** The same, with the head in another repository: `null` is one that was deleted. */
export const headIn = (repository: string | null, payload: Payload): Payload => {
  const { head } = payload.pull_request
  const repo = repository === null ? null : { ...head.repo, full_name: repository }
  return { ...payload, pull_request: { ...payload.pull_request, head: { ...head, repo } } }
}
