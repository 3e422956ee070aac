import { createRequire } from 'node:module'
import type { View } from './basic-views.ts'
import type { PullRequest, Repository } from './state.ts'
import type { Views } from './views.ts'

type Example = { name: string; examples: View[] }

/** GitHub's own recorded payloads: 4 MB, so read when the first event is made. */
const examplesOf = (name: string): View[] => {
  const all = createRequire(import.meta.url)('@octokit/webhooks-examples') as Example[]
  return all.find((event) => event.name === name)?.examples ?? []
}

const isObject = (value: unknown): value is View => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A payload has other fields than an API answer has: the example says which, our view says what stands in them. */
const shaped = (example: unknown, view: unknown): unknown => {
  if (!isObject(example) || !isObject(view)) return view === undefined ? example : view
  return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, shaped(value, view[key])]))
}

/** Fields that only some actions carry; `label` for labeled and unlabeled, `changes` for edited. */
export type EventExtras = { sender?: string; label?: string; changes?: View }

export const pullRequestEvent = (
  views: Views,
  repository: Repository,
  pull: PullRequest,
  action: string,
  extras: EventExtras = {},
): View => {
  const examples = examplesOf('pull_request')
  const example = structuredClone(examples.find((it) => it.action === action) ?? examples[0]) as View
  const { assignee: _, label: __, organization: ___, installation: ____, ...base } = example
  return {
    ...base,
    action,
    number: pull.number,
    pull_request: shaped(example.pull_request, views.pull(repository, pull)),
    repository: shaped(example.repository, views.repository(repository)),
    sender: shaped(example.sender, views.user(extras.sender ?? pull.author)),
    ...(action === 'synchronize' && { before: pull.before, after: pull.head.sha }),
    ...(extras.label !== undefined && { label: views.label(repository, extras.label) }),
    ...(extras.changes && { changes: extras.changes }),
  }
}

/** A `workflow_dispatch` on the default branch. */
export const dispatchEvent = (
  views: Views,
  repository: Repository,
  inputs: Record<string, string>,
  sender: string,
): View => {
  const { organization: _, ...example } = structuredClone(examplesOf('workflow_dispatch')[0]) as View
  return {
    ...example,
    inputs,
    ref: `refs/heads/${repository.defaultBranch}`,
    workflow: '.github/workflows/preview.yml',
    repository: shaped(example.repository, views.repository(repository)),
    sender: shaped(example.sender, views.user(sender)),
  }
}
