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
}

/** The files of one commit. */
export type Source = {
  /** One file as text; `undefined` when the commit has no such file. `path` is relative to the repository's root. */
  file(sha: string, path: string): Promise<string | undefined>
  /** Makes the commit's tree available in a folder and returns its path. */
  tree(sha: string): Promise<string>
}
