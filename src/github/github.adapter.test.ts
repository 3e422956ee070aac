import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GitHub, startGitHub } from '../../local/github/server.ts'
import { comments, pullRequests } from './github.ts'
import { octokit } from './octokit.ts'

const REPO = 'acme/shop'
const BRANCH = 'feature/🍣-login'

let github: GitHub
let number: number
let said: string[]
beforeEach(async () => {
  said = []
  github = await startGitHub({ port: 0 })
  github.addRepository({ fullName: REPO, files: { 'README.md': '# shop\n' } })
  github.push(REPO, BRANCH, { 'README.md': '# shop\n', 'app.txt': 'one' })
  number = github.openPullRequest(REPO, { head: BRANCH, title: 'Log in' })
})
afterEach(() => github.close())

const say = (text: string) => void said.push(text)
const client = (token: string, signal = new AbortController().signal) => ({
  octokit: octokit({
    token,
    apiUrl: github.apiUrl,
    signal,
    log: { info: say, warning: say, debug: () => {} },
  }),
  owner: 'acme',
  repo: 'shop',
})
const job = () => client(github.installationToken(REPO, { contents: 'read', 'pull-requests': 'write' }))
const requests = (method: string, path: RegExp) =>
  github.requests().filter((request) => request.method === method && path.test(request.path)).length

describe('pull requests', () => {
  test('as they are', async () => {
    expect(await pullRequests(job()).get(number)).toMatchObject({
      number,
      state: 'open',
      draft: false,
      title: 'Log in',
      author: 'ada',
      isBot: false,
      labels: [],
      head: { branch: BRANCH, repository: REPO },
      base: { branch: 'main' },
    })
    github.closePullRequest(REPO, number)
    expect((await pullRequests(job()).get(number))?.state).toBe('closed')
    expect(await pullRequests(job()).get(99)).toBeUndefined()
  })

  test('a bot’s, with labels', async () => {
    const given = { head: BRANCH, base: 'main', author: 'renovate[bot]', labels: ['preview', 'wip'], draft: true }
    const bots = github.openPullRequest(REPO, given)
    const expected = { isBot: true, labels: ['preview', 'wip'], draft: true }
    expect(await pullRequests(job()).get(bots)).toMatchObject(expected)
    expect(await pullRequests(job()).openFor(BRANCH)).toMatchObject([{ number: bots, ...expected }, { number }])
  })

  test('open ones of a branch, and of no fork', async () => {
    github.push(REPO, 'other', { 'app.txt': 'two' })
    github.openPullRequest(REPO, { head: 'other' })
    github.addRepository({ fullName: 'stranger/shop', forkOf: REPO, files: {} })
    github.push('stranger/shop', BRANCH, { 'app.txt': 'three' })
    github.openPullRequest(REPO, { head: BRANCH, from: 'stranger/shop' })
    expect((await pullRequests(job()).openFor(BRANCH)).map((pull) => pull.number)).toEqual([number])
    github.closePullRequest(REPO, number)
    expect(await pullRequests(job()).openFor(BRANCH)).toEqual([])
  })
})

test('a cancelled run asks once at most', async () => {
  const token = github.installationToken(REPO, { contents: 'read' })
  const cancelled = client(token, AbortSignal.abort())
  await expect(pullRequests(cancelled).get(number)).rejects.toMatchObject({ code: 'Cancelled' })
  expect(requests('GET', /pulls/)).toBe(0)
})

describe('comments', () => {
  test('only our own count, over all pages', async () => {
    const ours = comments(job())
    await ours.create(number, 'first')
    const stranger = octokit({
      signal: new AbortController().signal,
      token: github.userToken('mallory'),
      apiUrl: github.apiUrl,
      log: { info: say, warning: say, debug: say },
    })
    // By plain requests: the client spaces writes a second apart.
    for (let i = 0; i < 430; i++) {
      await fetch(`${github.apiUrl}/repos/acme/shop/issues/${number}/comments`, {
        method: 'POST',
        headers: { authorization: `Bearer ${github.userToken('mallory')}`, 'user-agent': 'test' },
        body: JSON.stringify({ body: 'first' }),
      })
    }
    const last = await ours.create(number, 'last')
    expect((await ours.own(number)).map(({ body }) => body)).toEqual(['first', 'last'])
    expect(requests('GET', /comments\?.*page=5/)).toBe(1)
    await ours.update(last.id, 'edited')
    expect((await ours.own(number)).map(({ body }) => body)).toEqual(['first', 'edited'])
    expect((await comments({ ...job(), octokit: stranger }).own(number)).length).toBe(430)
  })

  test('a lost answer makes no second comment', async () => {
    github.faults({ method: 'POST', path: /comments$/ }, { reset: true, commit: true })
    const made = await comments(job()).create(number, 'hello\n')
    expect(await comments(job()).own(number)).toEqual([made])
    expect(requests('POST', /comments$/)).toBe(1)
  })

  test('a request that never arrived is sent again', async () => {
    github.faults({ method: 'POST', path: /comments$/ }, { status: 502, body: 'bad gateway' })
    await comments(job()).create(number, 'hello')
    expect((await comments(job()).own(number)).length).toBe(1)
  })

  test('a bad moment while reading passes unseen', async () => {
    github.faults({ path: /graphql/ }, { reset: true })
    github.faults({ method: 'GET', path: /comments/ }, { status: 503, body: {} })
    expect(await comments(job()).own(number)).toEqual([])
  })

  test('a read-only token is told what it lacks', async () => {
    const fork = client(github.installationToken(REPO, { contents: 'read', 'pull-requests': 'read' }))
    await expect(comments(fork).create(number, 'hello')).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('Resource not accessible by integration'),
      hint: expect.stringContaining('pull-requests: write'),
    })
    expect(requests('POST', /comments$/)).toBe(1)
  })

  test('a wrong token', async () => {
    await expect(comments(client('ghs_wrong')).own(number)).rejects.toMatchObject({ code: 'AccessDenied' })
  })

  test('a locked conversation', async () => {
    github.changePullRequest(REPO, number, { locked: true })
    await expect(comments(job()).create(number, 'hello')).rejects.toMatchObject({
      code: 'Rejected',
      hint: 'unlock the conversation',
    })
  })

  test('GitHub is down', async () => {
    github.faults({ path: /comments/, times: 20 }, { status: 500, body: {} })
    await expect(comments(job()).create(number, 'hello')).rejects.toMatchObject({ code: 'Unavailable' })
  })
})

describe('rate limits', () => {
  const limited = (reset: number) => ({
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1_000) + reset) },
    body: { message: 'API rate limit exceeded for installation.' },
  })

  test('a short one is waited for', async () => {
    github.faults({ path: /pulls/ }, limited(0))
    expect((await pullRequests(job()).get(number))?.number).toBe(number)
    expect(said).toEqual([expect.stringMatching(/rate limit is used up; waiting \d s/)])
  })

  test('a long one is said', async () => {
    github.faults({ path: /pulls/ }, limited(1_800))
    await expect(pullRequests(job()).get(number)).rejects.toMatchObject({
      code: 'Unavailable',
      hint: expect.stringMatching(/^run it again after 20/),
    })
    expect(requests('GET', /pulls/)).toBe(1)
  })

  test('so is a long secondary one', async () => {
    const headers = { 'retry-after': '300' }
    const body = { message: 'You have exceeded a secondary rate limit.' }
    github.faults({ path: /pulls/ }, { status: 403, headers, body })
    await expect(pullRequests(job()).get(number)).rejects.toMatchObject({ code: 'Unavailable' })
  })
})
