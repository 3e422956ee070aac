import { type PushOptions, push, testMerge } from './branches.ts'
import type { Files } from './git-store.ts'
import { type Permission, type PullRequest, pullRequestNumbered, repositoryNamed, type State } from './state.ts'

export type RepositoryOptions = {
  /** `owner/name`. */
  fullName: string
  /** First commit of the default branch. */
  files?: Files
  isPrivate?: boolean
  defaultBranch?: string
  /** `owner/name` of the repository this one is a fork of. */
  forkOf?: string
  /** Entries after which a recursive tree is cut; 100,000 by default, as on GitHub. */
  treeLimit?: number
}

export type PullRequestOptions = {
  /** A branch that has been pushed; of the base repository unless `from` names a fork. */
  head: string
  /** `owner/name` of the fork. */
  from?: string
  title?: string
  body?: string
  base?: string
  author?: string
  draft?: boolean
  labels?: string[]
}

export type PullRequestChange = Partial<
  Pick<PullRequest, 'title' | 'body' | 'draft' | 'labels' | 'locked' | 'mergeable'>
>

/** What people do on GitHub's pages and with git: the ways into the state that are not part of the API we serve. */
export const createSeed = (state: State) => ({
  addRepository: (options: RepositoryOptions) => addRepository(state, options),
  /** Commits `files` (the whole tree) on a branch, from the default branch's tip when it is new. Returns the commit's SHA. */
  push: (name: string, branch: string, files: Files, options?: PushOptions) =>
    push(state, name, branch, files, options),
  deleteBranch: (name: string, branch: string) => void repositoryNamed(state, name).branches.delete(branch),
  /** Returns the number. Issues and pull requests share one count on GitHub; here there are no issues. */
  openPullRequest: (name: string, options: PullRequestOptions) => openPullRequest(state, name, options),
  pushToPullRequest(name: string, number: number, files: Files, options?: PushOptions): string {
    const { repository, ref } = pullRequestNumbered(state, name, number).head
    return push(state, `${repository.owner}/${repository.name}`, ref, files, options)
  },
  closePullRequest(name: string, number: number, { merged = false, closedAt = state.timestamp() } = {}) {
    const pull = pullRequestNumbered(state, name, number)
    Object.assign(pull, { state: 'closed', merged, closedAt, updatedAt: closedAt })
    if (merged && pull.mergeCommit) repositoryNamed(state, name).branches.set(pull.base.ref, pull.mergeCommit)
  },
  reopenPullRequest(name: string, number: number) {
    const change = { state: 'open', closedAt: null, updatedAt: state.timestamp() }
    Object.assign(pullRequestNumbered(state, name, number), change)
  },
  /** `mergeable: false` is a conflict: no merge commit, and on GitHub no `pull_request` run. */
  changePullRequest(name: string, number: number, change: PullRequestChange) {
    const pull = pullRequestNumbered(state, name, number)
    Object.assign(pull, { ...change, updatedAt: state.timestamp() })
    testMerge(repositoryNamed(state, name), pull)
  },
  setPermission: (name: string, login: string, permission: Permission) =>
    void repositoryNamed(state, name).permissions.set(login, permission),
  /** The conversation as a reader sees it, oldest first. */
  comments: (name: string, number: number) =>
    [...repositoryNamed(state, name).comments.values()]
      .filter(({ issue }) => issue === number)
      .map(({ id, login, body, reactions }) => ({ id, login, body, reactions: reactions.map((it) => it.content) })),
  /** Environments' deployments, oldest first, each with its newest state and all it has been through. */
  deployments: (name: string) =>
    [...repositoryNamed(state, name).deployments.values()].map(({ id, sha, body, statuses }) => ({
      id,
      sha,
      environment: body.environment,
      task: body.task,
      state: statuses.at(-1)?.body.state,
      url: statuses.at(-1)?.body.environment_url,
      logUrl: statuses.at(-1)?.body.log_url,
      description: statuses.at(-1)?.body.description,
      states: statuses.map(({ body }) => body.state),
    })),
})

const addRepository = (state: State, options: RepositoryOptions) => {
  const [owner = '', name = ''] = options.fullName.split('/')
  const { isPrivate = true, defaultBranch = 'main', treeLimit = 100_000 } = options
  const parent = options.forkOf === undefined ? undefined : repositoryNamed(state, options.forkOf)
  const repository = state.addRepository({ owner, name, isPrivate, defaultBranch, treeLimit, parent })
  const message = 'Initial commit'
  const headSha = push(state, options.fullName, defaultBranch, options.files ?? {}, { message })
  return { id: repository.id, headSha }
}

const openPullRequest = (state: State, name: string, options: PullRequestOptions): number => {
  const repository = repositoryNamed(state, name)
  const source = repositoryNamed(state, options.from ?? name)
  const base = options.base ?? repository.defaultBranch
  const [sha, baseSha] = [source.branches.get(options.head), repository.branches.get(base)]
  if (!sha || !baseSha) throw new Error(`no branch ${sha ? base : options.head} has been pushed to ${name}`)
  const createdAt = state.timestamp()
  const pull: PullRequest = {
    number: repository.pulls.size + 1,
    id: state.nextId(),
    title: options.title ?? options.head,
    body: options.body ?? null,
    author: options.author ?? 'ada',
    state: 'open',
    draft: options.draft ?? false,
    locked: false,
    labels: options.labels ?? [],
    head: { repository: source, ref: options.head, sha },
    base: { ref: base, sha: baseSha },
    before: sha,
    mergeable: true,
    mergeCommit: null,
    merged: false,
    createdAt,
    updatedAt: createdAt,
    closedAt: null,
  }
  repository.pulls.set(pull.number, pull)
  testMerge(repository, pull)
  return pull.number
}
