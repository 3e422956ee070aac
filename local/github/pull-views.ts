import { type BasicViews, nodeId, type View } from './basic-views.ts'
import { fullName, type PullRequest, type Repository } from './state.ts'

/** `listed` names the fields a pull request keeps in a list: GitHub leaves out what costs it something, `mergeable` and `merged` first of all. */
export const createPullViews = (views: BasicViews, listed: readonly string[]) => {
  const pull = (repo: Repository, it: PullRequest): View => pullView(views, repo, it)
  return {
    pull,
    listedPull: (repo: Repository, it: PullRequest): View =>
      Object.fromEntries(Object.entries(pull(repo, it)).filter(([key]) => listed.includes(key))),
  }
}

const end = ({ user, repository }: BasicViews, repo: Repository, ref: string, sha: string) => ({
  label: `${repo.owner}:${ref}`,
  ref,
  sha,
  user: user(repo.owner),
  repo: repository(repo),
})

const pullView = (views: BasicViews, repo: Repository, it: PullRequest): View => ({
  ...views.example('pull-request', {
    'octocat/Hello-World': fullName(repo),
    '/1347': `/${it.number}`,
    '6dcb09b5b57875f334f61aebed695e2e4193db5e': it.head.sha,
  }),
  id: it.id,
  node_id: nodeId('PullRequest', it.id),
  number: it.number,
  state: it.state,
  locked: it.locked,
  active_lock_reason: null,
  title: it.title,
  body: it.body,
  user: views.user(it.author),
  labels: it.labels.map((name) => views.label(repo, name)),
  milestone: null,
  assignee: null,
  assignees: [],
  requested_reviewers: [],
  requested_teams: [],
  draft: it.draft,
  head: end(views, it.head.repository, it.head.ref, it.head.sha),
  base: end(views, repo, it.base.ref, it.base.sha),
  author_association: 'CONTRIBUTOR',
  merged: it.merged,
  merged_by: it.merged ? views.user(it.author) : null,
  mergeable: it.state === 'open' ? it.mergeable : null,
  rebaseable: it.state === 'open' ? it.mergeable : null,
  mergeable_state: it.state !== 'open' ? 'unknown' : it.mergeable ? 'clean' : 'dirty',
  merge_commit_sha: it.mergeCommit,
  comments: [...repo.comments.values()].filter(({ issue }) => issue === it.number).length,
  created_at: it.createdAt,
  updated_at: it.updatedAt,
  closed_at: it.closedAt,
  merged_at: it.merged ? it.closedAt : null,
})
