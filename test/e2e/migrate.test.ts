import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appImage } from '../../local/images/build.ts'
import { applyAll, type ChangeSet } from '../../src/cluster/apply.ts'
import { type Cluster, type KubeObject, type Live, refOf } from '../../src/cluster/cluster.ts'
import { podStatus } from '../../src/cluster/pods.ts'
import { prune } from '../../src/cluster/prune.ts'
import { isJobComplete } from '../../src/cluster/readiness-workloads.ts'
import type { Claim } from '../../src/cluster/record.ts'
import { waitReady } from '../../src/cluster/wait.ts'
import { poll } from '../../src/poll.ts'
import { rendered } from './rendered.ts'
import { type Scratch, scratch } from './scratch.ts'

const POD = { apiVersion: 'v1', kind: 'Pod' }

let home: Scratch
/** What a migration talks to: a server of the namespace that was there before. */
let database: string
beforeEach(async () => {
  home = await scratch()
  const metadata = { name: 'database', namespace: home.namespace }
  const spec = { containers: [{ name: 'c', image: appImage }], terminationGracePeriodSeconds: 1 }
  const pod = await home.cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec })
  const ip = await until('the database', async () => podStatus(await home.live(pod)).podIP)
  database = `http://${ip}:3000`
})
afterEach(() => home.close())

const until = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> =>
  poll({ what, every: 100, timeout: 60_000, signal: home.run.signal }, look)

type Apps = Record<string, { commit?: string; migrate?: string }>

/** A migration is the path that it asks the database for. */
const push = (apps: Apps): Promise<KubeObject[]> => {
  const of = ({ commit = 'one', migrate }: Apps[string]) => ({
    image: appImage,
    port: 3000,
    health: '/healthz',
    env: { COMMIT: commit },
    ...(migrate === undefined ? {} : { migrate: { command: ['/app', 'get', `${database}${migrate}`] } }),
  })
  return rendered(home, { apps: Object.fromEntries(Object.entries(apps).map(([name, app]) => [name, of(app)])) })
}
const named = (objects: readonly KubeObject[], kind: string, name: string): KubeObject => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name.startsWith(`${name}-`))
  if (found === undefined) throw new Error(`${kind} ${name} is not rendered`)
  return found
}
/** Its pods are not scheduled before `admit` says so. */
const held = (objects: readonly KubeObject[], job: KubeObject): KubeObject[] => {
  const slow = structuredClone(job) as KubeObject & { spec: { template: { spec: Record<string, unknown> } } }
  slow.spec.template.spec.schedulingGates = [{ name: 'test/held' }]
  return objects.map((object) => (object === job ? slow : object))
}
const podOf = (job: KubeObject): Promise<Live> =>
  until(`a pod of ${job.metadata.name}`, async () => {
    const pods = await home.cluster.list(POD, home.namespace)
    return pods.find(({ metadata }) => metadata.name.startsWith(`${job.metadata.name}-`))
  })
const admit = async (job: KubeObject): Promise<void> => {
  const { metadata } = await podOf(job)
  await home.send({
    method: 'PATCH',
    path: `/api/v1/namespaces/${home.namespace}/pods/${metadata.name}`,
    contentType: 'application/merge-patch+json',
    body: { spec: { schedulingGates: [] } },
  })
}

const apply = (mine: Claim, objects: readonly KubeObject[], cluster: Cluster = home.cluster): Promise<ChangeSet> =>
  applyAll(cluster, mine, objects, home.run)
const wait = (changes: ChangeSet): Promise<void> =>
  waitReady(home.cluster, changes, { ...home.run, namespace: home.namespace, environment: home.environment })
const failure = (mine: Claim, objects: readonly KubeObject[]) =>
  apply(mine, objects).then(
    () => undefined,
    (error) => error,
  )
const actions = (changes: ChangeSet) => Object.fromEntries(changes.map(({ ref, action }) => [ref.kind, action]))
const memberOf = ({ record }: Claim, { kind, metadata }: KubeObject) =>
  record.members.find(({ k, n }) => k === kind && n === metadata.name)

/** The cluster, with a look at it right before every object is written. */
const watched = (look: (object: KubeObject) => Promise<void>): Cluster => ({
  ...home.cluster,
  apply: async (object, options) => {
    if (!options.dryRun) await look(object)
    return home.cluster.apply(object, options)
  },
})

describe('a migration', () => {
  test('is complete before its app is rolled out, and runs once for a version', async () => {
    const one = await push({ web: { migrate: '/healthz' } })
    const [job, deployment, service] = [
      named(one, 'Job', 'web-migrate'),
      named(one, 'Deployment', 'web'),
      named(one, 'Service', 'web'),
    ]
    /** What was written, and which migration was complete by then. */
    const order: { kind: string; done: string | undefined }[] = []
    const recording = watched(async ({ kind }) => {
      const found = await home.cluster.get(refOf(job))
      order.push({ kind, done: found && isJobComplete(found) ? found.metadata.uid : undefined })
    })

    const first = await home.claim(1)
    const created = await apply(first, one, recording)
    const { uid } = (await home.live(job)).metadata
    expect(new Set(order.slice(0, 2).map(({ kind }) => kind))).toEqual(new Set(['ConfigMap', 'Service']))
    expect(order.slice(2)).toMatchObject([{ kind: 'Job' }, { kind: 'Deployment', done: uid }])
    expect(memberOf(first, job)).toHaveProperty('h')

    // The migration's pod is still there, and carries the labels of app and environment too.
    await wait(created)
    const { selector } = (await home.live(service)).spec as { selector: Record<string, string> }
    const labels = Object.entries(selector).map((pair) => pair.join('='))
    const selected = await home.cluster.list(POD, home.namespace, labels.join())
    expect(await podOf(job)).toBeDefined()
    expect(selected.map(({ metadata }) => metadata.name)).toEqual([(await podOf(deployment)).metadata.name])
    await first.release({ phase: 'Live' })

    const second = await home.claim(2)
    const { writes, requests } = home.cluster.traffic()
    expect(new Set(Object.values(actions(await apply(second, one))))).toEqual(new Set(['unchanged']))
    const traffic = home.cluster.traffic()
    expect(traffic.writes - writes).toBe(1) // the record's
    // A list for each kind, a dry run for each object, the record read and written.
    expect(traffic.requests - requests).toBe(4 + 4 + 2)
    expect((await home.live(job)).metadata.uid).toBe(uid)
    await second.release({ phase: 'Live' })

    order.length = 0
    const third = await home.claim(3)
    const changes = await apply(third, await push({ web: { commit: 'two', migrate: '/env' } }), recording)
    expect(actions(changes)).toEqual({
      ConfigMap: 'created',
      Service: 'unchanged',
      Job: 'created',
      Deployment: 'configured',
    })
    const next = (await home.live(job)).metadata.uid
    expect(next).not.toBe(uid)
    expect(order).toMatchObject([{ kind: 'ConfigMap' }, { kind: 'Job' }, { kind: 'Deployment', done: next }])
    expect((await home.live(deployment)).metadata.generation).toBe(2)
  })

  test('that fails stops the push: the old version stays, the next push tries again', async () => {
    const first = await home.claim(1)
    const good = await push({ web: { migrate: '/healthz' } })
    const [job, deployment] = [named(good, 'Job', 'web-migrate'), named(good, 'Deployment', 'web')]
    await prune(home.cluster, first, await apply(first, good), home.run)
    await first.release({ phase: 'Live' })
    const before = await home.live(deployment)

    const bad = await push({ web: { commit: 'two', migrate: '/break' } })
    const failed: string[] = []
    for (const number of [2, 3]) {
      const mine = await home.claim(number)
      const error = await failure(mine, bad)
      expect(error).toMatchObject({ code: 'RolloutFailed', object: `Job/${home.namespace}/${job.metadata.name}` })
      expect(error.diagnoses[0].logs[0].lines.join('\n')).toContain('this page always fails')
      const { uid } = (await home.live(job)).metadata
      expect(memberOf(mine, job)).toEqual(expect.objectContaining({ uid }))
      expect(memberOf(mine, job)).not.toHaveProperty('h')
      expect(memberOf(mine, named(bad, 'ConfigMap', 'web'))).toHaveProperty('h')
      expect((await home.live(deployment)).spec).toEqual(before.spec)
      expect((await home.live(deployment)).metadata.generation).toBe(before.metadata.generation)
      failed.push(uid)
      await mine.release({ phase: 'Failed' })
    }
    expect(new Set(failed).size).toBe(2)

    const fixed = await push({ web: { commit: 'two', migrate: '/env' } })
    expect(actions(await apply(await home.claim(4), fixed))).toMatchObject({ Job: 'created', Deployment: 'configured' })
  })

  test('holds back its own app alone', async () => {
    const all = await push({ slow: { migrate: '/healthz' }, quick: { migrate: '/env' }, plain: {} })
    const job = named(all, 'Job', 'slow-migrate')
    const applying = apply(await home.claim(1), held(all, job))
    for (const app of ['plain', 'quick'])
      await until(`the Deployment of ${app}`, () => home.cluster.get(refOf(named(all, 'Deployment', app))))
    expect(isJobComplete(await home.live(job))).toBe(false)
    expect(await home.cluster.get(refOf(named(all, 'Deployment', 'slow')))).toBeUndefined()
    await admit(job)
    expect((await applying).map(({ subject }) => subject)).toEqual(
      all.map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`),
    )
    expect(home.run.say.lines.some((line) => line.startsWith(`Job/${home.namespace}/${job.metadata.name}: `))).toBe(
      true,
    )
  })

  test('that completed does not run again because of another that failed, even if it was collected', async () => {
    const all = await push({ good: { migrate: '/healthz' }, bad: { migrate: '/break' } })
    const [good, bad] = [named(all, 'Job', 'good-migrate'), named(all, 'Job', 'bad-migrate')]
    const first = await home.claim(1)
    expect(await failure(first, all)).toMatchObject({ object: `Job/${home.namespace}/${bad.metadata.name}` })
    expect(memberOf(first, good)).toHaveProperty('h')
    await first.release({ phase: 'Failed' })

    await home.cluster.delete(refOf(good), { uid: (await home.live(good)).metadata.uid })
    const fixed = await push({ good: { migrate: '/healthz' }, bad: { migrate: '/env' } })
    const changes = await apply(await home.claim(2), fixed)
    expect(changes.filter(({ ref }) => ref.kind === 'Job').map(({ action }) => action)).toEqual([
      'unchanged',
      'created',
    ])
    expect(await home.cluster.get(refOf(good))).toBeUndefined()
    // Nor is the other one awaited any more: it is known to be done.
    await home.cluster.delete(refOf(bad), { uid: (await home.live(bad)).metadata.uid })
    await wait(changes)
  })
})

describe('while a migration runs', () => {
  test('a changed one does not begin before its last pod is gone', async () => {
    const one = await push({ web: { migrate: '/healthz' } })
    const job = named(one, 'Job', 'web-migrate') as KubeObject & {
      spec: { template: { spec: { containers: [{ command: string[] }] } } }
    }
    // The server itself never ends: only its deletion does.
    job.spec.template.spec.containers[0].command = ['/app']
    const first = await home.claim(1)
    const hanging = applyAll(home.cluster, first, one, { ...home.run, timeout: 1_000 })
    await expect(hanging).rejects.toMatchObject({ code: 'TimedOut' })
    const old = await podOf(job)
    await until('it to run', async () => (podStatus(await home.live(old)).phase === 'Running' ? true : undefined))

    const left: boolean[] = []
    const looking = watched(async ({ kind }) => {
      if (kind === 'Job') left.push((await home.cluster.get(refOf(old))) !== undefined)
    })
    await apply(await home.claim(2), await push({ web: { migrate: '/healthz' } }), looking)
    expect(left).toEqual([false])
  })

  test('a newer run that replaces it is the reason why the older one ends', async () => {
    const objects = await push({ web: { migrate: '/healthz' } })
    const job = named(objects, 'Job', 'web-migrate')
    const older = failure(await home.claim(1), held(objects, job))
    await podOf(job)
    await apply(await home.claim(2), objects)
    expect(await older).toMatchObject({ code: 'Superseded' })
  })

  test('a run that took over is noticed before anything more is written', async () => {
    const objects = await push({ web: { migrate: '/healthz' } })
    const job = named(objects, 'Job', 'web-migrate')
    const older = failure(await home.claim(1), held(objects, job))
    await podOf(job)
    await home.claim(2)
    await admit(job)
    expect(await older).toMatchObject({ code: 'Superseded' })
    expect(await home.cluster.get(refOf(named(objects, 'Deployment', 'web')))).toBeUndefined()
  })

  test('a cancelled run ends at once, and the next one goes on with it', async () => {
    const objects = await push({ web: { migrate: '/healthz' } })
    const job = named(objects, 'Job', 'web-migrate')
    const cancel = new AbortController()
    const first = await home.claim(1)
    const cancelled = applyAll(home.cluster, first, held(objects, job), { ...home.run, signal: cancel.signal })
    const { metadata } = await podOf(job)
    cancel.abort(new Error('SIGINT'))
    await expect(cancelled).rejects.toMatchObject({ code: 'Cancelled' })
    expect(await home.cluster.get(refOf(named(objects, 'Deployment', 'web')))).toBeUndefined()
    expect(memberOf(first, job)).not.toHaveProperty('h')

    const next = apply(await home.claim(2), held(objects, job))
    await admit(job)
    expect(actions(await next)).toMatchObject({ Deployment: 'created' })
    expect((await podOf(job)).metadata.uid).toBe(metadata.uid)
  })

  test('suspended, it has done nothing yet', async () => {
    const objects = await push({ web: { migrate: '/healthz' } })
    const job = named(objects, 'Job', 'web-migrate') as KubeObject & { spec: { suspend?: boolean } }
    job.spec.suspend = true
    const hanging = applyAll(home.cluster, await home.claim(1), objects, { ...home.run, timeout: 1_500 })
    await expect(hanging).rejects.toMatchObject({ code: 'TimedOut', message: expect.stringContaining('suspended') })
    expect(await home.cluster.get(refOf(named(objects, 'Deployment', 'web')))).toBeUndefined()
  })
})
