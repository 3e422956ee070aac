import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openScene, type Scene, stackFacts } from '../../local/scene.ts'
import { awsDump, namespaceDump } from './dump.ts'
import { files } from './home.ts'

/** Of this branch alone: other tests use the namespace and the zone at the same time. */
const mine = (lines: string[], id: string) => lines.filter((line) => line.includes(id.slice(0, 12)))

const answer = async (url: string) => {
  const response = await fetch(url)
  return { status: response.status, commit: response.headers.get('x-commit') }
}

describe('a pull request from open to close', () => {
  let scene: Scene
  let number: number
  let sha: string
  let id: string
  let url: string
  beforeAll(async () => {
    scene = await openScene({ files })
    ;({ number, sha } = scene.open('feature/🍣-main-job', files))
    await scene.build('app1', sha)
  })
  afterAll(() => scene.end())

  test('opened: the URL answers with the head commit, and everybody is told', async () => {
    const run = await scene.on('opened', number)
    expect(run.log).toContain('Preview is live')
    expect(run).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live' } })
    id = run.outputs['environment-id'] ?? ''
    url = run.outputs.url ?? ''
    expect(url).toBe(`http://${id}-app1.preview.localhost:${scene.stack.publicPort}`)
    expect(await answer(`${url}/healthz`)).toEqual({ status: 200, commit: sha })
    const [comment] = scene.comments(number)
    expect(comment?.body).toContain(`✅ **Preview is live** · smoke 2/2 · ${sha.slice(0, 7)}`)
    expect(comment?.body).toContain(url)
    expect(scene.slack.messages()).toHaveLength(1)
    expect(scene.slack.messages()[0]?.readable).toContain(url)
    expect(scene.slack.violations()).toEqual([])
    expect(scene.deployments()).toMatchObject([{ sha, environment: 'preview', state: 'success', url }])
    const report = JSON.parse(run.outputs.result ?? '').smoke.result.report
    const { endpoint, region, root } = scene.stack.aws
    const s3 = new S3Client({ endpoint, region, credentials: root, forcePathStyle: true })
    const page = await s3.send(new GetObjectCommand({ Bucket: report.bucket, Key: report.key }))
    expect(await page.Body?.transformToString()).toContain(sha.slice(0, 7))
  })

  test('the same again: nothing is written but the record', async () => {
    const before = [mine(await namespaceDump('previews'), id), mine(await awsDump(scene.stack.aws), id)]
    const run = await scene.on('synchronize', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    const after = [mine(await namespaceDump('previews'), id), mine(await awsDump(scene.stack.aws), id)]
    const isRecord = (line: string) => line.startsWith('ConfigMap/eks-preview.')
    expect(after[0]?.filter((line) => !isRecord(line))).toEqual(before[0]?.filter((line) => !isRecord(line)))
    expect(after[1]).toEqual(before[1])
    expect(scene.comments(number)).toHaveLength(1)
  })

  test('a push: the URL answers with the new commit, in the same comment', async () => {
    const [before] = scene.comments(number)
    const next = scene.push(number, { ...files, 'README.md': 'changed' })
    await scene.build('app1', next)
    const run = await scene.on('synchronize', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live', url } })
    expect(await answer(`${url}/`)).toEqual({ status: 200, commit: next })
    const [comment] = scene.comments(number)
    expect(comment?.id).toBe(before?.id)
    expect(scene.deployments()).toMatchObject([{ state: 'inactive' }, { sha: next, state: 'success', url }])
    expect(comment?.body).toContain(next.slice(0, 7))
  })

  test('a re-run of the first commit’s job does nothing: its pull request has moved on', async () => {
    const stale = scene.github.pullRequestEvent('acme/shop', number, 'opened') as {
      pull_request: { head: { sha: string } }
    }
    stale.pull_request.head.sha = sha
    const before = mine(await namespaceDump('previews'), id)
    const run = await scene.replay(number, stale)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'superseded' } })
    expect(mine(await namespaceDump('previews'), id)).toEqual(before)
  })

  test('closed: everything is removed and looked for again', async () => {
    scene.close(number)
    const run = await scene.on('closed', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect(mine(await namespaceDump('previews'), id)).toEqual([])
    expect(mine(await awsDump(scene.stack.aws), id)).toEqual([])
    await expect(fetch(url)).rejects.toThrow()
    const [comment] = scene.comments(number)
    expect(comment?.body).toMatch(/🧹 \*\*Removed, (\d+) of \1 verified\*\*/)
    expect(scene.deployments().map(({ state }) => state)).toEqual(['inactive', 'inactive'])
  })

  test('closed again: nothing is there, nothing is written', async () => {
    const before = [await namespaceDump('previews'), await awsDump(scene.stack.aws)]
    const [told] = scene.comments(number)
    const run = await scene.on('closed', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect([await namespaceDump('previews'), await awsDump(scene.stack.aws)]).toEqual(before)
    expect(scene.comments(number)).toEqual([told])
  })

  test('an old closed run does nothing once the pull request is open again', async () => {
    scene.reopen(number)
    const run = await scene.on('closed', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'superseded' } })
  })
})

describe('by hand', () => {
  test('deploys a branch with a kubeconfig and without DNS, and removes it while its pull request is open', async () => {
    const stack = await stackFacts()
    const scene = await openScene({
      files,
      inputs: {
        cluster: '',
        kubeconfig: `${stack.state}/pki/eks-preview.kubeconfig`,
        'role-to-assume': '',
        'hosted-zone-id': '',
        'state-machine-arn': '',
        dns: 'none',
        probe: 'none',
      },
    })
    const { number, sha } = scene.open('feature/by-hand', files)
    await scene.build('app1', sha)
    const deployed = await scene.dispatch({ mode: 'deploy', target: 'feature/by-hand' })
    expect(deployed).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    // Who has no credentials for AWS cannot see what is pushed there.
    expect(deployed.log).toContain(`cannot see whether app1:${sha.slice(0, 7)} is pushed, going on without waiting`)
    const removed = await scene.dispatch({ mode: 'teardown', target: `#${number}` })
    expect(removed).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect(mine(await namespaceDump('previews'), deployed.outputs['environment-id'] ?? '')).toEqual([])
    await scene.end()
  })
})

test('https, with a certificate the runner trusts', async () => {
  const { ca, ports } = await stackFacts()
  const scene = await openScene({
    files,
    inputs: { 'url-template': `https://{host}:${ports.https}`, 'state-machine-arn': '' },
  })
  const { number, sha } = scene.open('feature/https', files)
  await scene.build('app1', sha)
  const trusting = { env: { NODE_EXTRA_CA_CERTS: ca } }
  const run = await scene.on('opened', number, trusting)
  expect(run).toMatchObject({ exit: 0, outputs: { status: 'live', url: expect.stringMatching(/^https:/) } })
  scene.close(number)
  expect(await scene.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  await scene.end()
})

test('a run that is cancelled leaves a comment that says so, and the next run carries on', async () => {
  const scene = await openScene({ files })
  const { number, sha } = scene.open('feature/cancelled', files)
  await scene.build('app1', sha)
  const cancelled = await scene.on('opened', number, { cancelAfter: (log) => log.includes('Wait until ready') })
  expect(cancelled.exit).toBe(1)
  expect(cancelled.signals).toEqual(['SIGINT'])
  expect(scene.comments(number)[0]?.body).toContain('Cancelled')
  // None where it was cancelled before it could make one.
  expect(scene.deployments().filter(({ state }) => state !== 'failure')).toEqual([])
  expect(await scene.on('opened', number)).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  scene.close(number)
  expect(await scene.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  await scene.end()
})
