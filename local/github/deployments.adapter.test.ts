import { getOctokit } from '@actions/github'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Permissions } from './access.ts'
import { type GitHub, startGitHub } from './server.ts'

const REPO = 'acme/shop'
const at = { owner: 'acme', repo: 'shop' }
const ALL: Permissions = { actions: 'read', checks: 'write', deployments: 'write', statuses: 'write' }
// What every deployment of a preview has to say; see the defaults below for why.
const SAFE = { auto_merge: false, required_contexts: [], transient_environment: true, environment: 'preview' }

let github: GitHub
let head: string
beforeEach(async () => {
  github = await startGitHub({ port: 0 })
  github.addRepository({ fullName: REPO, files: { a: '1' } })
  head = github.push(REPO, 'topic', { a: '2' })
})
afterEach(() => github.close())

const kit = () => getOctokit(github.installationToken(REPO, ALL), { baseUrl: github.apiUrl }).rest
const create = async (more: object) =>
  (await kit().repos.createDeployment({ ...at, ref: head, ...SAFE, ...more })) as {
    status: number
    data: { id: number }
  }
const setState = (deployment_id: number, state: 'success' | 'inactive', more: object = {}) =>
  kit().repos.createDeploymentStatus({ ...at, deployment_id, state, ...more })
const states = () => github.deployments(REPO).map(({ state }) => state)

describe('the defaults are dangerous', () => {
  test('a branch behind the default branch is merged, not deployed', async () => {
    github.push(REPO, 'main', { a: '3' })
    const { status, data } = await create({ ref: 'topic', auto_merge: true })
    expect(status).toBe(202)
    expect(data).toEqual({ message: 'Auto-merged main into topic on deployment.' })
    expect(github.deployments(REPO)).toEqual([])
    expect((await create({ ref: 'topic' })).status).toBe(201)
  })

  test('every check has to be green, a running one is not', async () => {
    await kit().checks.create({ ...at, name: 'preview', head_sha: head, status: 'in_progress' })
    const { required_contexts: _, ...careless } = SAFE
    const refused = kit().repos.createDeployment({ ...at, ref: head, ...careless })
    await expect(refused).rejects.toMatchObject({ status: 409 })
    expect((await create({})).status).toBe(201)
  })
})

test('what cannot be deployed', async () => {
  await expect(create({ ref: 'nothing' })).rejects.toMatchObject({ status: 422 })
  await expect(create({ description: 'x'.repeat(141) })).rejects.toMatchObject({ status: 422 })
})

test('a success retires older ones of its environment, unless they are transient', async () => {
  for (const transient_environment of [false, true, false]) {
    const { data } = await create({ transient_environment })
    await setState(data.id, 'success', { environment_url: 'http://x.example' })
  }
  expect(states()).toEqual(['inactive', 'success', 'success'])
})

test('found by environment and commit, newest first, page by page', async () => {
  const ids = [await create({}), await create({}), await create({ environment: 'other' })].map(({ data }) => data.id)
  const list = await kit().repos.listDeployments({ ...at, environment: 'preview', sha: head })
  expect(list.data.map(({ id }) => id)).toEqual([ids[1], ids[0]])
  const first = await kit().repos.listDeployments({ ...at, per_page: 1 })
  expect(first.data.map(({ id }) => id)).toEqual([ids[2]])
  expect(first.headers.link).toContain('rel="next"')
  const environments = await kit().repos.getAllEnvironments(at)
  expect(environments.data.environments?.map(({ name }) => name)).toEqual(['preview', 'other'])
})

test('states by node ids, in GraphQL’s own words; null for what the token must not see', async () => {
  const ids: string[] = []
  for (const state of [undefined, 'success', 'inactive'] as const) {
    const { data } = await create({})
    ids.push((data as { id: number; node_id?: string }).node_id ?? '')
    if (state !== undefined) await setState(data.id, state)
  }
  const query = 'query($ids: [ID!]!) { nodes(ids: $ids) { ... on Deployment { id databaseId state } } }'
  const ask = (permissions: Permissions) =>
    getOctokit(github.installationToken(REPO, permissions), { baseUrl: github.apiUrl }).graphql<{
      nodes: { id: string; databaseId: number | null; state: string }[]
    }>(query, { ids })
  const { nodes } = await ask({ deployments: 'read' })
  expect(nodes.map(({ id }) => id)).toEqual(ids)
  expect(nodes.map(({ state }) => state)).toEqual(['PENDING', 'ACTIVE', 'DESTROYED'])
  // Their ids have outgrown GraphQL's Int.
  expect(nodes.map(({ databaseId }) => databaseId)).toEqual([null, null, null])
  await expect(ask({ contents: 'read' })).rejects.toThrow('Resource not accessible by integration')
})

test('only an inactive deployment can be deleted; an environment not at all by a job', async () => {
  const [one, two] = [(await create({})).data.id, (await create({})).data.id]
  const { data } = await setState(one, 'success')
  expect((await kit().repos.listDeploymentStatuses({ ...at, deployment_id: one })).data.map(({ id }) => id)).toEqual([
    data.id,
  ])
  await expect(kit().repos.deleteDeployment({ ...at, deployment_id: one })).rejects.toMatchObject({ status: 422 })
  await setState(one, 'inactive')
  await kit().repos.deleteDeployment({ ...at, deployment_id: one })
  expect((await kit().repos.getDeployment({ ...at, deployment_id: two })).data.id).toBe(two)
  await expect(kit().repos.getDeployment({ ...at, deployment_id: one })).rejects.toMatchObject({ status: 404 })
  const environment = { ...at, environment_name: 'preview' }
  expect((await kit().repos.getEnvironment(environment)).data.name).toBe('preview')
  await expect(kit().repos.deleteAnEnvironment(environment)).rejects.toMatchObject({ status: 403 })
  const person = getOctokit(github.userToken('ada'), { baseUrl: github.apiUrl }).rest
  expect((await person.repos.deleteAnEnvironment(environment)).status).toBe(204)
})

describe('checks and statuses', () => {
  test('a check run from queued to completed', async () => {
    const { checks } = kit()
    const { data } = await checks.create({ ...at, name: 'preview', head_sha: head })
    expect(data).toMatchObject({ status: 'queued', conclusion: null })
    await checks.update({ ...at, check_run_id: data.id, conclusion: 'success', output: { title: 'T', summary: 'S' } })
    expect((await checks.get({ ...at, check_run_id: data.id })).data).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      output: { title: 'T' },
    })
    const { data: list } = await checks.listForRef({ ...at, ref: 'topic', check_name: 'preview' })
    expect(list).toMatchObject({ total_count: 1, check_runs: [{ id: data.id }] })
    await expect(checks.create({ ...at, name: 'x', head_sha: head, status: 'completed' })).rejects.toMatchObject({
      status: 422,
    })
    await expect(checks.create({ ...at, name: 'x', head_sha: '0'.repeat(40) })).rejects.toMatchObject({ status: 422 })
  })

  test('the newest status of each context counts', async () => {
    const { repos } = kit()
    const combined = async () => (await repos.getCombinedStatusForRef({ ...at, ref: head })).data.state
    expect(await combined()).toBe('pending')
    await repos.createCommitStatus({ ...at, sha: head, state: 'failure', context: 'a' })
    await repos.createCommitStatus({ ...at, sha: head, state: 'success', context: 'b' })
    expect(await combined()).toBe('failure')
    await repos.createCommitStatus({ ...at, sha: head, state: 'success', context: 'a' })
    expect(await combined()).toBe('success')
    const tooLong = repos.createCommitStatus({ ...at, sha: head, state: 'success', description: 'x'.repeat(141) })
    await expect(tooLong).rejects.toMatchObject({ status: 422 })
  })
})
