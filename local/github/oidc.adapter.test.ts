import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GitHub, startGitHub } from './server.ts'

const REPO = 'acme/shop'
const NOW = new Date('2026-01-02T03:04:05Z')

let github: GitHub
beforeEach(async () => {
  github = await startGitHub({ port: 0, now: () => NOW })
  github.addRepository({ fullName: REPO })
  github.push(REPO, 'topic', { a: '1' })
  github.openPullRequest(REPO, { head: 'topic' })
})
afterEach(() => github.close())

type Job = { ACTIONS_ID_TOKEN_REQUEST_URL: string; ACTIONS_ID_TOKEN_REQUEST_TOKEN: string }

const ask = ({ ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token }: Job, audience?: string) =>
  fetch(audience ? `${url}&audience=${audience}` : url, { headers: { authorization: `Bearer ${token}` } })
const part = (text = '') => JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
const claims = async (job: Job, audience?: string) => {
  const { value } = (await (await ask(job, audience)).json()) as { value: string }
  return { value, ...part(value.split('.')[1]) }
}

test('a pull request’s token says where it comes from', async () => {
  const job = github.jobVariables({
    repository: REPO,
    eventName: 'pull_request',
    pullRequest: 1,
    jobWorkflowRef: 'acme/ci/.github/workflows/p.yml@refs/heads/main',
  })
  const seconds = NOW.getTime() / 1000
  expect(await claims(job, 'sts.amazonaws.com')).toMatchObject({
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'sts.amazonaws.com',
    sub: 'repo:acme/shop:pull_request',
    repository: REPO,
    repository_id: expect.stringMatching(/^\d+$/),
    head_ref: 'topic',
    base_ref: 'main',
    ref: 'refs/pull/1/merge',
    event_name: 'pull_request',
    job_workflow_ref: 'acme/ci/.github/workflows/p.yml@refs/heads/main',
    iat: seconds,
    nbf: seconds - 600,
    exp: seconds + 300,
  })
})

test('other events come from the default branch; an environment stands in the subject; the owner is the audience', async () => {
  const scheduled = github.jobVariables({ repository: REPO, eventName: 'schedule' })
  expect(await claims(scheduled)).toMatchObject({
    sub: 'repo:acme/shop:ref:refs/heads/main',
    aud: 'https://github.com/acme',
    head_ref: '',
  })
  const guarded = github.jobVariables({ repository: REPO, eventName: 'schedule', environment: 'prod' })
  expect(await claims(guarded)).toMatchObject({ sub: 'repo:acme/shop:environment:prod', environment: 'prod' })
})

test('the signature holds under the published key', async () => {
  const { value } = await claims(github.jobVariables({ repository: REPO, eventName: 'push' }))
  const configuration = (await (await fetch(`${github.oidcUrl}/.well-known/openid-configuration`)).json()) as {
    jwks_uri: string
  }
  const { keys } = (await (await fetch(configuration.jwks_uri)).json()) as { keys: (JsonWebKey & { kid: string })[] }
  const [head = '', body = '', signature = ''] = value.split('.')
  const key = keys.find(({ kid }) => kid === part(head).kid)
  const publicKey = createPublicKey({ key: key as JsonWebKey, format: 'jwk' })
  const isSigned = (text: string) => verify('sha256', Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'))
  expect(isSigned(`${head}.${body}`)).toBe(true)
  expect(isSigned(`${head}.${body}x`)).toBe(false)
})

test('without the job’s own bearer there is no token', async () => {
  const job = github.jobVariables({ repository: REPO, eventName: 'push' })
  expect((await ask({ ...job, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'wrong' })).status).toBe(401)
})
