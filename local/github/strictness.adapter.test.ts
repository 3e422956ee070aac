import { getOctokit } from '@actions/github'
import { describe, expect, test } from 'vitest'
import { ALL, at, REPO, status, withPullRequest } from '../../test/github-pull-request.ts'
import { startGitHub } from './server.ts'

const BRANCH = 'topic'

const { now, octokit } = withPullRequest(BRANCH)

const get = (path: string) =>
  fetch(now.github.apiUrl + path, { headers: { authorization: `Bearer ${now.github.installationToken(REPO, ALL)}` } })

describe('strictness', () => {
  test.each([
    ['GET', '/repos/acme/shop/pulls?perpage=1', undefined, '"perpage" is not a permitted key.'],
    ['GET', '/repos/acme/shop/pulls?state=opened', undefined, "For 'properties/state'"],
    ['POST', '/repos/acme/shop/issues/1/comments', { bod: 'x' }, '"bod" is not a permitted key.'],
    ['POST', '/repos/acme/shop/issues/1/comments', {}, '"body" wasn\'t supplied.'],
    ['POST', '/repos/acme/shop/issues/1/comments', { body: 7 }, "For 'properties/body'"],
    ['POST', '/repos/acme/shop/deployments', { ref: 'main', automerge: false }, '"automerge" is not a permitted key.'],
  ])('%s %s %j is 422', async (method, path, body, message) => {
    const authorization = `token ${now.github.installationToken(REPO, ALL)}`
    const response = await fetch(now.github.apiUrl + path, {
      method,
      headers: { authorization },
      ...(body && { body: JSON.stringify(body) }),
    })
    expect(response.status).toBe(422)
    expect((await response.json()) as object).toMatchObject({
      message: expect.stringContaining(message),
      status: '422',
    })
  })

  test.each([
    ['/repos/acme/shop/nothing', 404],
    ['/repos/acme/other', 404],
    ['/repos/acme/shop/pulls/99', 404],
    ['/repos/acme/shop/pulls/one', 404],
    ['/user', 403],
  ])('%s is %i', async (path, expected) => {
    expect((await get(path)).status).toBe(expected)
  })

  test('no token, a wrong one, another repository’s, too little', async () => {
    now.github.addRepository({ fullName: 'acme/other' })
    const kit = (token: string) => getOctokit(token, { baseUrl: now.github.apiUrl }).rest
    expect((await fetch(`${now.github.apiUrl}/repos/acme/shop`)).status).toBe(401)
    expect(await status(kit('ghs_wrong').repos.get(at))).toMatchObject({
      status: 401,
      message: expect.stringContaining('Bad credentials'),
    })
    const other = kit(now.github.installationToken('acme/other', ALL))
    expect(await status(other.repos.get(at))).toMatchObject({ status: 404 })
    const reader = octokit({ 'pull-requests': 'read' }).rest
    expect(await status(reader.pulls.get({ ...at, pull_number: now.number }))).toBe('fulfilled')
    const refused = { status: 403, message: expect.stringContaining('Resource not accessible by integration') }
    expect(await status(reader.issues.createComment({ ...at, issue_number: now.number, body: 'x' }))).toEqual(refused)
    expect(await status(reader.git.getTree({ ...at, tree_sha: 'main' }))).toEqual(refused)
  })

  test('a body that is no JSON, a request without a User-Agent', async () => {
    const authorization = `Bearer ${now.github.installationToken(REPO, ALL)}`
    const path = `${now.github.apiUrl}/repos/acme/shop/issues/1/comments`
    expect((await fetch(path, { method: 'POST', headers: { authorization }, body: '{' })).status).toBe(400)
    const { request } = await import('node:http')
    const anonymous = await new Promise<number | undefined>((resolve) => {
      request(`${now.github.apiUrl}/repos/acme/shop`, { headers: { authorization } }, (response) =>
        resolve(response.statusCode),
      ).end()
    })
    expect(anonymous).toBe(403)
  })
})

describe('limits and faults', () => {
  test('every answer says what is left', async () => {
    const { headers } = await get('/repos/acme/shop')
    expect(headers.get('x-ratelimit-limit')).toBe('1000')
    expect(headers.get('x-ratelimit-remaining')).toBe('999')
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000)
  })

  test('over the limit is 403; asking for the limit is free', async () => {
    const small = await startGitHub({ port: 0, rateLimit: 2 })
    small.addRepository({ fullName: REPO })
    const kit = getOctokit(small.installationToken(REPO, ALL), { baseUrl: small.apiUrl }).rest
    await kit.rateLimit.get()
    await kit.repos.get(at)
    await kit.repos.get(at)
    expect(await status(kit.repos.get(at))).toMatchObject({
      status: 403,
      message: expect.stringContaining('rate limit exceeded'),
    })
    expect((await kit.rateLimit.get()).data.rate).toMatchObject({ limit: 2, remaining: 0 })
    await small.close()
  })

  test('a scripted answer, so many times, and in the log', async () => {
    const limited = {
      status: 403,
      headers: { 'retry-after': '1' },
      body: { message: 'You have exceeded a secondary rate limit' },
    }
    now.github.faults({ method: 'GET', path: /\/pulls\/1$/, times: 2 }, limited)
    const codes = [
      await get('/repos/acme/shop/pulls/1'),
      await get('/repos/acme/shop/pulls/1'),
      await get('/repos/acme/shop/pulls/1'),
    ]
    expect(codes.map((response) => response.status)).toEqual([403, 403, 200])
    expect(codes[0]?.headers.get('retry-after')).toBe('1')
    expect(now.github.requests().map(({ method, path, status: code }) => `${method} ${path} ${code}`)).toEqual([
      'GET /repos/acme/shop/pulls/1 403',
      'GET /repos/acme/shop/pulls/1 403',
      'GET /repos/acme/shop/pulls/1 200',
    ])
  })

  test('a connection that breaks before the work, or after it', async () => {
    const kit = octokit().rest.issues
    const create = (body: string) => status(kit.createComment({ ...at, issue_number: now.number, body }))
    now.github.faults({ method: 'POST' }, { reset: true })
    expect(await create('never seen')).not.toBe('fulfilled')
    now.github.faults({ method: 'POST' }, { reset: true, commit: true })
    expect(await create('answer lost')).not.toBe('fulfilled')
    expect(now.github.comments(REPO, now.number).map(({ body }) => body)).toEqual(['answer lost'])
  })

  test('no answer at all, until the caller gives up; a late one', async () => {
    now.github.faults({ path: '/repos/acme/shop' }, { hang: true })
    const authorization = `Bearer ${now.github.installationToken(REPO, ALL)}`
    const signal = AbortSignal.timeout(100)
    await expect(fetch(`${now.github.apiUrl}/repos/acme/shop`, { headers: { authorization }, signal })).rejects.toThrow(
      'timeout',
    )
    now.github.faults({ path: '/repos/acme/shop' }, { delay: 1 })
    expect((await get('/repos/acme/shop')).status).toBe(200)
  })
})
