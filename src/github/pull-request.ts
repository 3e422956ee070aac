/** GitHub as we use it. */

export type PullRequest = {
  number: number
  state: 'open' | 'closed'
  /** ISO 8601; `undefined` while it is open. */
  closedAt: string | undefined
  draft: boolean
  title: string
  url: string
  author: string
  /** Whether an app wrote it. */
  isBot: boolean
  labels: string[]
  /** `repository` is `owner/name`, `undefined` when the fork was deleted. */
  head: { branch: string; sha: string; repository: string | undefined }
  base: { branch: string }
}

export type PullRequests = {
  /** `undefined` when there is no such pull request. */
  get(number: number): Promise<PullRequest | undefined>
  /** Open pull requests of this repository whose head is this branch of this repository, the newest first. */
  openFor(branch: string): Promise<PullRequest[]>
  /** The head commit of a branch; `undefined` when there is no such branch. */
  headOf(branch: string): Promise<string | undefined>
}

export type Comment = { id: number; url: string; body: string }
export type Comments = {
  /** Comments of the pull request written by our own identity, oldest first, over all pages. */
  own(pullRequest: number): Promise<Comment[]>
  create(pullRequest: number, body: string): Promise<Comment>
  update(id: number, body: string): Promise<Comment>
  remove(id: number): Promise<void>
}

/** One commit of an environment, as GitHub shows it at the pull request. `task` is the same for all of an environment. */
export type DeploymentWish = { commit: string; task: string; environment: string; description: string }
export type DeploymentState = {
  state: 'in_progress' | 'success' | 'failure' | 'inactive'
  description: string
  logUrl?: string
  url?: string
}
export type Deployments = {
  create(wish: DeploymentWish): Promise<number>
  /** The newest one of a commit. */
  find(task: string, commit: string): Promise<number | undefined>
  /** All that are not inactive, over all pages. */
  active(task: string): Promise<number[]>
  mark(id: number, state: DeploymentState): Promise<void>
}

/** The files of one commit. */
export type Source = {
  /** One file as text; `undefined` when the commit has no such file. `path` is relative to the repository's root. */
  file(sha: string, path: string): Promise<string | undefined>
  /** Makes the commit's tree available in a folder and returns its path. */
  tree(sha: string): Promise<string>
}
