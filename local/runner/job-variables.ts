export type WebhookEvent = Record<string, unknown>

type Shape = {
  action?: string
  ref?: string
  repository?: { id: number; full_name: string; default_branch: string; owner: { login: string; id: number } }
  pull_request?: {
    number: number
    merged: boolean
    merge_commit_sha: string | null
    head: { ref: string; sha: string }
    base: { ref: string; sha: string }
  }
  sender?: { login: string; id: number }
}

const NO_COMMIT = '0'.repeat(40)

/** Which ref and commit a run belongs to. A merged pull request's `closed` run belongs to the base branch, not to the merge ref. */
const source = ({ pull_request: pull, repository, ref }: Shape) => {
  if (!pull)
    return { ref: ref ?? `refs/heads/${repository?.default_branch ?? 'main'}`, sha: NO_COMMIT, head: '', base: '' }
  const refOf = pull.merged ? `refs/heads/${pull.base.ref}` : `refs/pull/${pull.number}/merge`
  return { ref: refOf, sha: pull.merge_commit_sha ?? pull.head.sha, head: pull.head.ref, base: pull.base.ref }
}

/** The GITHUB_* and RUNNER_* variables that GitHub derives from the event; the caller's `env` wins over each of them. */
export const jobVariables = (eventName: string, event: WebhookEvent): Record<string, string> => {
  const shape = event as Shape
  const { ref, sha, head, base } = source(shape)
  const repository = shape.repository
  const name = repository?.full_name ?? 'owner/repository'
  const sender = shape.sender ?? { login: 'octocat', id: 1 }
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: '__self',
    GITHUB_ACTOR: sender.login,
    GITHUB_ACTOR_ID: String(sender.id),
    GITHUB_TRIGGERING_ACTOR: sender.login,
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_BASE_REF: base,
    GITHUB_HEAD_REF: head,
    GITHUB_EVENT_NAME: eventName,
    GITHUB_JOB: 'preview',
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: name,
    GITHUB_REPOSITORY_ID: String(repository?.id ?? 1),
    GITHUB_REPOSITORY_OWNER: repository?.owner.login ?? 'owner',
    GITHUB_REPOSITORY_OWNER_ID: String(repository?.owner.id ?? 1),
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_SHA: sha,
    GITHUB_WORKFLOW: 'preview',
    GITHUB_WORKFLOW_REF: `${name}/.github/workflows/preview.yml@${ref}`,
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'local',
    RUNNER_OS: 'Linux',
  }
}
