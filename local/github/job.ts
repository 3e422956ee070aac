import type { Claims } from './oidc.ts'
import { fullName, type Repository, type State } from './state.ts'

export type JobOptions = {
  repository: string
  eventName: string
  /** The pull request the run is for; the run belongs to the default branch without one. */
  pullRequest?: number
  actor?: string
  /** As in a job that names an `environment:`, which then stands in `sub`. */
  environment?: string
  /** The reusable workflow that holds the job, `owner/repo/.github/workflows/file.yml@ref`; the calling workflow by default. */
  jobWorkflowRef?: string
}

/** The claims GitHub signs for a job (docs.github.com, "OpenID Connect reference"). */
export const jobClaims = (state: State, repository: Repository, options: JobOptions): Claims => {
  const name = fullName(repository)
  const pull = repository.pulls.get(options.pullRequest ?? 0)
  const ref = pull ? `refs/pull/${pull.number}/merge` : `refs/heads/${repository.defaultBranch}`
  const sha = pull ? (pull.mergeCommit ?? pull.head.sha) : (repository.branches.get(repository.defaultBranch) ?? '')
  const workflow = `${name}/.github/workflows/preview.yml@${ref}`
  const actor = options.actor ?? pull?.author ?? repository.owner
  const context = options.environment ? `environment:${options.environment}` : pull ? 'pull_request' : `ref:${ref}`
  return {
    sub: `repo:${name}:${context}`,
    repository: name,
    repository_id: String(repository.id),
    repository_owner: repository.owner,
    repository_owner_id: String(state.idOf(`user ${repository.owner}`)),
    repository_visibility: repository.isPrivate ? 'private' : 'public',
    ref,
    ref_type: 'branch',
    ref_protected: 'false',
    sha,
    head_ref: pull?.head.ref ?? '',
    base_ref: pull?.base.ref ?? '',
    event_name: options.eventName,
    actor,
    actor_id: String(state.idOf(`user ${actor}`)),
    workflow: 'preview',
    workflow_ref: workflow,
    workflow_sha: sha,
    job_workflow_ref: options.jobWorkflowRef ?? workflow,
    job_workflow_sha: sha,
    run_id: '1',
    run_number: '1',
    run_attempt: '1',
    runner_environment: 'github-hosted',
    ...(options.environment && { environment: options.environment }),
  }
}
