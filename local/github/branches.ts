import type { Files } from './git-store.ts'
import { type PullRequest, type Repository, repositoryNamed, type State } from './state.ts'

export type PushOptions = {
  message?: string
  /** Rewrites the branch's last commit instead of adding one. */
  force?: boolean
}

/** Commits `files` (the whole tree) on a branch, from the default branch's tip when it is new. Returns the commit's SHA. */
export const push = (state: State, name: string, branch: string, files: Files, options: PushOptions = {}): string => {
  const repository = repositoryNamed(state, name)
  const { branches, git, defaultBranch } = repository
  const tip = branches.get(branch) ?? branches.get(defaultBranch)
  const parents = options.force ? (git.commit(tip ?? '')?.parents ?? []) : tip ? [tip] : []
  const author = { name: 'Ada', email: 'ada@example.com', date: state.timestamp() }
  const sha = git.writeCommit({ tree: git.writeTree(files), parents, message: options.message ?? 'Change', author })
  branches.set(branch, sha)
  follow(state, repository, branch, sha)
  return sha
}

/** Open pull requests follow their head branch, in every repository of the network. */
const follow = (state: State, moved: Repository, branch: string, sha: string) => {
  for (const repository of state.repositories()) {
    for (const pull of repository.pulls.values()) {
      if (pull.state !== 'open' || pull.head.repository !== moved || pull.head.ref !== branch) continue
      Object.assign(pull, { before: pull.head.sha, head: { ...pull.head, sha }, updatedAt: state.timestamp() })
      testMerge(repository, pull)
    }
  }
}

/** The merge commit GitHub keeps for every pull request without a conflict; here it simply has the head's tree. */
export const testMerge = (repository: Repository, pull: PullRequest) => {
  pull.mergeCommit = null
  const head = repository.git.commit(pull.head.sha)
  if (!head || !pull.mergeable) return
  const message = `Merge ${pull.head.sha} into ${pull.base.sha}`
  pull.mergeCommit = repository.git.writeCommit({ ...head, parents: [pull.base.sha, pull.head.sha], message })
}
