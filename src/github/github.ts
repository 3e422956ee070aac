import type { Octokit } from './octokit.ts'
import type { Comment, Comments, PullRequest, PullRequests } from './pull-request.ts'
import { asking, isStatus, isUnanswered } from './refusal.ts'

export type Repository = { octokit: Pick<Octokit, 'rest' | 'graphql' | 'paginate'>; owner: string; repo: string }

/** ADAPTER: pull requests by GitHub's REST API. */
export const pullRequests = ({ octokit, owner, repo }: Repository): PullRequests => ({
  get: (number) =>
    asking(`read pull request ${number}`, () =>
      unlessAbsent(async () => pullRequest((await octokit.rest.pulls.get({ owner, repo, pull_number: number })).data)),
    ),

  openFor: (branch) =>
    asking(`list the pull requests of ${branch}`, async () => {
      const query = { owner, repo, state: 'open', head: `${owner}:${branch}`, per_page: 100 } as const
      const found = await octokit.paginate(octokit.rest.pulls.list, query)
      // GitHub lists everything when it cannot read `head`, and a fork of the same owner has the same prefix.
      return found.map(pullRequest).filter(({ head }) => head.branch === branch && isSame(head.repository, owner, repo))
    }),

  headOf: (branch) =>
    asking(`read branch ${branch}`, () =>
      // By exact name: the branches API follows a rename to another branch.
      unlessAbsent(
        async () => (await octokit.rest.git.getRef({ owner, repo, ref: `heads/${branch}` })).data.object.sha,
      ),
    ),
})

const unlessAbsent = async <T>(request: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await request()
  } catch (error) {
    if (isStatus(error, 404)) return undefined
    throw error
  }
}

const isSame = (name: string | undefined, owner: string, repo: string): boolean =>
  name?.toLowerCase() === `${owner}/${repo}`.toLowerCase()

type Pull = {
  number: number
  state: string
  closed_at: string | null
  draft?: boolean | undefined
  title: string
  html_url: string
  user: { login: string; type: string } | null
  labels: { name: string }[]
  head: { ref: string; sha: string; repo: { full_name: string } | null }
  base: { ref: string }
}

const pullRequest = (pull: Pull): PullRequest => ({
  number: pull.number,
  state: pull.state === 'open' ? 'open' : 'closed',
  closedAt: pull.closed_at ?? undefined,
  draft: pull.draft ?? false,
  title: pull.title,
  url: pull.html_url,
  author: pull.user?.login ?? 'ghost',
  isBot: pull.user?.type === 'Bot',
  labels: pull.labels.map(({ name }) => name),
  head: { branch: pull.head.ref, sha: pull.head.sha, repository: pull.head.repo?.full_name },
  base: { branch: pull.base.ref },
})

const CREATE_TRIES = 3

/** ADAPTER: a pull request's conversation, seen as the token's own identity. */
export const comments = ({ octokit, owner, repo }: Repository): Comments => {
  let login: string | undefined
  /** Asked once. `GET /user` refuses a workflow's own token; the viewer is `github-actions[bot]` there. */
  const ownLogin = async (): Promise<string> => {
    login ??= (await octokit.graphql<{ viewer: { login: string } }>('{ viewer { login } }')).viewer.login
    return login
  }

  const own = async (pullRequest: number): Promise<Comment[]> => {
    const query = { owner, repo, issue_number: pullRequest, per_page: 100 }
    const [us, all] = await Promise.all([ownLogin(), octokit.paginate(octokit.rest.issues.listComments, query)])
    return all.filter(({ user }) => user?.login === us).map(comment)
  }

  /** GitHub knows no idempotency key: after a lost answer, look before posting again. */
  const create = async (pullRequest: number, body: string): Promise<Comment> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const request = { owner, repo, issue_number: pullRequest, body, request: { retries: 0 } }
        return comment((await octokit.rest.issues.createComment(request)).data)
      } catch (error) {
        if (!isUnanswered(error)) throw error
        const made = (await own(pullRequest)).findLast((each) => isSameText(each.body, body))
        if (made !== undefined) return made
        if (attempt === CREATE_TRIES) throw error
      }
    }
  }

  return {
    own: (pullRequest) => asking(`list the comments of pull request ${pullRequest}`, () => own(pullRequest)),
    create: (pullRequest, body) => asking(`comment on pull request ${pullRequest}`, () => create(pullRequest, body)),
    update: (id, body) =>
      asking(`edit comment ${id}`, async () =>
        comment((await octokit.rest.issues.updateComment({ owner, repo, comment_id: id, body })).data),
      ),
    remove: (id) =>
      asking(`delete comment ${id}`, async () => {
        await octokit.rest.issues.deleteComment({ owner, repo, comment_id: id })
      }),
  }
}

const comment = ({ id, html_url, body }: { id: number; html_url: string; body?: string | undefined }): Comment => ({
  id,
  url: html_url,
  body: body ?? '',
})

const isSameText = (one: string, other: string): boolean => plain(one) === plain(other)
const plain = (text: string): string => text.replaceAll('\r\n', '\n').trim()
