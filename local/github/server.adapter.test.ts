import { getOctokit } from '@actions/github'
import { beforeEach, describe, expect, test } from 'vitest'
import { ALL, at, REPO, status, withPullRequest } from '../../test/github-pull-request.ts'
import { startGitHub } from './server.ts'

const BRANCH = 'feature/🍣-login'

const { now, octokit } = withPullRequest(BRANCH)

describe('a pull request, from opened to merged', () => {
  const read = async () => (await octokit().rest.pulls.get({ ...at, pull_number: now.number })).data

  test('open', async () => {
    expect(await read()).toMatchObject({
      number: now.number,
      state: 'open',
      merged: false,
      draft: false,
      title: 'Log in',
      mergeable: true,
      head: { ref: BRANCH, label: `acme:${BRANCH}`, repo: { full_name: REPO } },
      base: { ref: 'main', repo: { full_name: REPO } },
    })
  })

  test('a push moves head and test merge', async () => {
    const before = await read()
    const sha = now.github.pushToPullRequest(REPO, now.number, { 'app.txt': 'two' })
    const after = await read()
    expect(after.head.sha).toBe(sha)
    expect(sha).not.toBe(before.head.sha)
    expect(after.merge_commit_sha).not.toBe(before.merge_commit_sha)
    const { data: commit } = await octokit().rest.git.getCommit({ ...at, commit_sha: sha })
    expect(commit.parents.map((parent) => parent.sha)).toEqual([before.head.sha])
  })

  test('a force push replaces the commit', async () => {
    const before = await read()
    const sha = now.github.pushToPullRequest(REPO, now.number, { 'app.txt': 'three' }, { force: true })
    const { data: commit } = await octokit().rest.git.getCommit({ ...at, commit_sha: sha })
    expect(commit.parents.map((parent) => parent.sha)).toEqual([before.base.sha])
  })

  test('closed, reopened, merged', async () => {
    now.github.closePullRequest(REPO, now.number)
    expect(await read()).toMatchObject({
      state: 'closed',
      merged: false,
      closed_at: expect.any(String),
      mergeable: null,
    })
    now.github.reopenPullRequest(REPO, now.number)
    expect(await read()).toMatchObject({ state: 'open', closed_at: null })
    now.github.closePullRequest(REPO, now.number, { merged: true })
    expect(await read()).toMatchObject({ state: 'closed', merged: true, merged_at: expect.any(String) })
  })

  test('in conflict there is no merge commit', async () => {
    now.github.changePullRequest(REPO, now.number, { mergeable: false })
    expect(await read()).toMatchObject({ mergeable: false, mergeable_state: 'dirty', merge_commit_sha: null })
  })

  test('from a fork', async () => {
    now.github.addRepository({ fullName: 'mallory/shop', forkOf: REPO, isPrivate: false })
    const sha = now.github.push('mallory/shop', BRANCH, { a: 'b' })
    const fork = now.github.openPullRequest(REPO, { head: BRANCH, from: 'mallory/shop', author: 'mallory' })
    const { data } = await octokit().rest.pulls.get({ ...at, pull_number: fork })
    expect(data).toMatchObject({
      user: { login: 'mallory' },
      head: { sha, label: `mallory:${BRANCH}`, repo: { fork: true } },
    })
    expect((await octokit().rest.git.getCommit({ ...at, commit_sha: sha })).data.sha).toBe(sha)
  })
})

describe('lists', () => {
  beforeEach(() => {
    for (let i = 0; i < 4; i++) now.github.openPullRequest(REPO, { head: 'main' })
    now.github.closePullRequest(REPO, 3)
  })

  const numbers = (pulls: { number: number }[]) => pulls.map((pull) => pull.number)

  test('by state, head and order, without what GitHub leaves out', async () => {
    const { pulls } = octokit().rest
    const open = await pulls.list(at)
    expect(numbers(open.data)).toEqual([5, 4, 2, 1])
    expect(open.data[0]).not.toHaveProperty('mergeable')
    expect(numbers((await pulls.list({ ...at, state: 'closed' })).data)).toEqual([3])
    expect(numbers((await pulls.list({ ...at, state: 'all', direction: 'asc' })).data)).toEqual([1, 2, 3, 4, 5])
    expect(numbers((await pulls.list({ ...at, head: `acme:${BRANCH}` })).data)).toEqual([1])
    expect(numbers((await pulls.list({ ...at, head: `someone:${BRANCH}` })).data)).toEqual([])
    expect(numbers((await pulls.list({ ...at, head: BRANCH })).data)).toEqual([5, 4, 2, 1])
  })

  test('page by page through Link, which names the repository by id', async () => {
    const kit = octokit()
    const first = await kit.rest.pulls.list({ ...at, state: 'all', per_page: 2 })
    expect(first.headers.link).toMatch(
      /\/repositories\/\d+\/pulls\?state=all&per_page=2&page=2>; rel="next", .*page=3>; rel="last"$/,
    )
    const all = await kit.paginate(kit.rest.pulls.list, { ...at, state: 'all', per_page: 2, direction: 'asc' })
    expect(numbers(all)).toEqual([1, 2, 3, 4, 5])
  })
})

describe('comments', () => {
  const create = (body: string, kit = octokit()) =>
    kit.rest.issues.createComment({ ...at, issue_number: now.number, body })

  test('written, edited, listed, deleted by the one who wrote them', async () => {
    const { data } = await create('first')
    expect(data.user).toMatchObject({ login: 'github-actions[bot]', type: 'Bot' })
    const { issues } = octokit().rest
    await issues.updateComment({ ...at, comment_id: data.id, body: 'second' })
    expect((await issues.getComment({ ...at, comment_id: data.id })).data.body).toBe('second')
    expect(now.github.comments(REPO, now.number)).toEqual([
      { id: data.id, login: 'github-actions[bot]', body: 'second', reactions: [] },
    ])
    await issues.deleteComment({ ...at, comment_id: data.id })
    expect((await issues.listComments({ ...at, issue_number: now.number })).data).toEqual([])
  })

  test('of somebody else cannot be touched', async () => {
    const { data } = await create('mine', octokit(ALL, 'other-app[bot]'))
    const { issues } = octokit().rest
    const refused = { status: 403, message: expect.stringContaining('Resource not accessible by integration') }
    expect(await status(issues.updateComment({ ...at, comment_id: data.id, body: 'x' }))).toEqual(refused)
    expect(await status(issues.deleteComment({ ...at, comment_id: data.id }))).toEqual(refused)
  })

  test('five pages of them', async () => {
    const kit = octokit()
    for (let i = 0; i < 12; i++) await create(String(i), kit)
    const all = await kit.paginate(kit.rest.issues.listComments, { ...at, issue_number: now.number, per_page: 3 })
    expect(all.map(({ body }) => body)).toEqual([...Array(12).keys()].map(String))
  })

  test('as long as GitHub takes, and no longer; not empty; not on a locked conversation', async () => {
    expect(await status(create('x'.repeat(65_536)))).toBe('fulfilled')
    expect(await status(create('x'.repeat(65_537)))).toMatchObject({
      status: 422,
      message: expect.stringContaining('too long'),
    })
    expect(await status(create(' '))).toMatchObject({ status: 422 })
    now.github.changePullRequest(REPO, now.number, { locked: true })
    expect(await status(create('x'))).toMatchObject({ status: 403, message: expect.stringContaining('locked') })
  })

  test('a reaction counts once', async () => {
    const { data } = await create('look')
    const react = () => octokit().rest.reactions.createForIssueComment({ ...at, comment_id: data.id, content: 'eyes' })
    expect([(await react()).status, (await react()).status]).toEqual([201, 200])
    const { data: reactions } = await octokit().rest.reactions.listForIssueComment({ ...at, comment_id: data.id })
    expect(reactions.map(({ content }) => content)).toEqual(['eyes'])
  })
})

test('a user has a name, an app has not', async () => {
  const kit = getOctokit(now.github.userToken('ada'), { baseUrl: now.github.apiUrl })
  expect((await kit.rest.users.getAuthenticated()).data.login).toBe('ada')
})

test('permissions of collaborators', async () => {
  const level = async (username: string) =>
    (await octokit().rest.repos.getCollaboratorPermissionLevel({ ...at, username })).data.permission
  now.github.setPermission(REPO, 'ada', 'write')
  expect(await Promise.all([level('acme'), level('ada'), level('mallory')])).toEqual(['admin', 'write', 'none'])
})

test('labels of a pull request', async () => {
  now.github.changePullRequest(REPO, now.number, { labels: ['preview'] })
  const { data } = await octokit().rest.issues.listLabelsOnIssue({ ...at, issue_number: now.number })
  expect(data.map(({ name }) => name)).toEqual(['preview'])
})

describe('graphql', () => {
  test('who am I, and many pull requests in one request', async () => {
    now.github.closePullRequest(REPO, now.number, { merged: true })
    const query = `query($owner: String!, $name: String!) {
      viewer { login }
      repository(owner: $owner, name: $name) {
        p1: pullRequest(number: 1) { number state headRefName headRefOid isCrossRepository }
        p9: pullRequest(number: 9) { state }
      }
    }`
    const error = await octokit()
      .graphql(query, { owner: 'acme', name: 'shop' })
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      errors: [{ type: 'NOT_FOUND', path: ['repository', 'p9'] }],
      data: {
        viewer: { login: 'github-actions[bot]' },
        repository: { p1: { number: 1, state: 'MERGED', headRefName: BRANCH, isCrossRepository: false }, p9: null },
      },
    })
  })

  test('a field GitHub does not have is an error', async () => {
    await expect(octokit().graphql('{ viewer { loginn } }')).rejects.toThrow('Cannot query field "loginn"')
  })

  test('a repository the token may not see does not exist', async () => {
    await expect(octokit({}).graphql('{ repository(owner: "acme", name: "shop") { nameWithOwner } }')).rejects.toThrow(
      'Could not resolve to a Repository',
    )
  })
})

test('two servers cannot have one port', async () => {
  const port = Number(new URL(now.github.url).port)
  await expect(startGitHub({ port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`)
})
