import { createGitStore, type GitStore } from './git-store.ts'

export type Permission = 'admin' | 'write' | 'read' | 'none'

export type PullRequest = {
  number: number
  id: number
  title: string
  body: string | null
  author: string
  state: 'open' | 'closed'
  draft: boolean
  locked: boolean
  labels: string[]
  /** The repository the head branch lives in: another one for a fork. */
  head: { repository: Repository; ref: string; sha: string }
  base: { ref: string; sha: string }
  /** The head before the last push, as `before` of a synchronize event. */
  before: string
  mergeable: boolean
  mergeCommit: string | null
  merged: boolean
  createdAt: string
  updatedAt: string
  closedAt: string | null
}

export type Reaction = { id: number; login: string; content: string; createdAt: string }
export type Comment = {
  id: number
  issue: number
  login: string
  body: string
  createdAt: string
  updatedAt: string
  reactions: Reaction[]
}

export type DeploymentStatus = { id: number; body: Record<string, unknown>; login: string; createdAt: string }
export type Deployment = {
  id: number
  sha: string
  body: Record<string, unknown> & {
    ref: string
    environment: string
    transient_environment: boolean
    production_environment: boolean
  }
  login: string
  createdAt: string
  statuses: DeploymentStatus[]
}

export type CheckRun = {
  id: number
  body: Record<string, unknown> & { name: string; head_sha: string }
  startedAt: string
}
export type CommitStatus = { id: number; sha: string; body: Record<string, unknown>; login: string; createdAt: string }
export type Environment = { id: number; name: string; createdAt: string }

export type Repository = {
  id: number
  owner: string
  name: string
  isPrivate: boolean
  defaultBranch: string
  parent: Repository | undefined
  /** Entries after which a recursive tree is cut and `truncated`; GitHub's limit is 100,000. */
  treeLimit: number
  git: GitStore
  branches: Map<string, string>
  pulls: Map<number, PullRequest>
  comments: Map<number, Comment>
  deployments: Map<number, Deployment>
  environments: Map<string, Environment>
  checkRuns: Map<number, CheckRun>
  statuses: CommitStatus[]
  permissions: Map<string, Permission>
}

export type State = ReturnType<typeof createState>

export const fullName = ({ owner, name }: Repository) => `${owner}/${name}`

export const createState = (now: () => Date) => {
  const repositories = new Map<string, Repository>()
  const known = new Map<string, number>()
  // Real comment and deployment ids are above 2³¹ (code that keeps them in 32 bits should fail here too), repository ids below.
  let lastId = 3_000_000_000
  let lastRepositoryId = 900_000_000

  const nextId = () => ++lastId
  return {
    nextId,
    now,
    timestamp: () =>
      now()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
    /** The same id for the same thing, whenever it is asked. */
    idOf(thing: string) {
      const id = known.get(thing) ?? nextId()
      known.set(thing, id)
      return id
    },
    repositories: () => [...repositories.values()],
    repository: (name: string) => repositories.get(name.toLowerCase()),
    addRepository(given: Pick<Repository, 'owner' | 'name' | 'isPrivate' | 'defaultBranch' | 'parent' | 'treeLimit'>) {
      const repository: Repository = {
        ...given,
        id: ++lastRepositoryId,
        // A fork shares its parent's objects: a fork's head commit can be read through the parent.
        git: given.parent?.git ?? createGitStore(),
        branches: new Map(),
        pulls: new Map(),
        comments: new Map(),
        deployments: new Map(),
        environments: new Map(),
        checkRuns: new Map(),
        statuses: [],
        permissions: new Map([[given.owner, 'admin']]),
      }
      repositories.set(fullName(repository).toLowerCase(), repository)
      return repository
    },
  }
}

/** For callers who know it must be there: seeds and events, not requests. */
export const repositoryNamed = (state: State, name: string): Repository => {
  const repository = state.repository(name)
  if (!repository) throw new Error(`the local GitHub has no repository ${name}`)
  return repository
}

export const pullRequestNumbered = (state: State, name: string, number: number): PullRequest => {
  const pull = repositoryNamed(state, name).pulls.get(number)
  if (!pull) throw new Error(`${name} has no pull request #${number}`)
  return pull
}

/** The commit a branch, a pull request's ref or a (whole) SHA means; undefined when there is none. */
export const resolveRef = ({ branches, git, pulls }: Repository, ref: string): string | undefined => {
  const pull = /^(?:refs\/)?pull\/(\d+)\/(head|merge)$/.exec(ref)
  if (pull) {
    const found = pulls.get(Number(pull[1]))
    return (pull[2] === 'head' ? found?.head.sha : found?.mergeCommit) ?? undefined
  }
  return branches.get(ref.replace(/^(refs\/)?heads\//, '')) ?? (git.commit(ref) ? ref : undefined)
}
