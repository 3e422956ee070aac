import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { applyAll } from '../../src/cluster/apply.ts'
import { type KubeObject, type Live, refOf } from '../../src/cluster/cluster.ts'
import { remove } from '../../src/cluster/remove.ts'
import { LABEL, labelsOf } from '../../src/names.ts'
import { poll } from '../../src/poll.ts'
import { restricted } from './restricted.ts'
import { type Scratch, scratch } from './scratch.ts'

let home: Scratch
beforeAll(async () => {
  home = await scratch()
})
afterAll(() => home.close())

const settings = (name: string) => home.object('v1', 'ConfigMap', name, { data: { a: '1' } })
const service = () => home.object('v1', 'Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } })
const ingress = (finalizers: string[] = []) => {
  const object = home.object('networking.k8s.io/v1', 'Ingress', 'web', {
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  })
  return { ...object, metadata: { ...object.metadata, finalizers } }
}
const workload = () => home.workload('web')
const secret = () => home.object('v1', 'Secret', 'cred', { stringData: { password: 'x' } })

let bystanders: Live[]
beforeEach(async () => {
  bystanders = await home.dump()
})

test('everything goes, load balancers before Services, Secrets before workloads; nothing else does', async () => {
  const push = await home.claim(1)
  await applyAll(home.cluster, push, [settings('one'), secret(), service(), ingress(), workload()], home.run)
  await push.release({ phase: 'Live' })
  const closing = await home.claim(2, 'Terminating')
  const deleted: string[] = []
  const watched = {
    ...home.cluster,
    delete: async (...args: Parameters<typeof home.cluster.delete>) => {
      deleted.push(args[0].kind)
      return home.cluster.delete(...args)
    },
  }
  const receipt = await remove(watched, closing, { ...home.run, timeout: 30_000 })
  expect(deleted.slice(0, 3)).toEqual(['Ingress', 'Secret', 'Deployment'])
  expect(receipt.map(({ subject }) => subject.replace(`${home.namespace}/`, '')).sort()).toEqual([
    'ConfigMap/one',
    'Deployment/web',
    'Ingress/web',
    'Secret/cred',
    'Service/web',
  ])
  expect(receipt.every(({ gone }) => gone)).toBe(true)
  await closing.remove()
  expect(await home.dump()).toEqual(bystanders)
})

test('nothing to remove is a success, and so is the second time', async () => {
  const closing = await home.claim(1, 'Terminating')
  expect(await remove(home.cluster, closing, { ...home.run, timeout: 30_000 })).toEqual([])
  expect(await remove(home.cluster, closing, { ...home.run, timeout: 30_000 })).toEqual([])
  await closing.remove()
})

test('any part of it may be missing, and it may be removed twice', async () => {
  const objects = [ingress(), service(), workload(), secret()]
  for (let subset = 0; subset < 2 ** objects.length; subset += 1) {
    const push = await home.claim(1)
    await applyAll(home.cluster, push, objects, home.run)
    await push.release({ phase: 'Live' })
    for (const object of objects.filter((_, i) => (subset & (1 << i)) !== 0)) {
      const live = await home.cluster.get(refOf(object))
      await home.cluster.delete(refOf(object), { uid: live?.metadata.uid ?? '' })
    }
    const closing = await home.claim(2, 'Terminating')
    const receipt = await remove(home.cluster, closing, { ...home.run, timeout: 30_000 })
    expect(receipt.map(({ gone }) => gone)).toEqual(objects.map(() => true))
    expect((await remove(home.cluster, closing, { ...home.run, timeout: 30_000 })).every(({ gone }) => gone)).toBe(true)
    await closing.remove()
    expect(await home.dump()).toEqual(bystanders)
  }
}, 300_000)

describe('whose it is', () => {
  const marked = (object: KubeObject, metadata: object) => ({
    ...object,
    metadata: { ...object.metadata, ...metadata },
  })
  const disk = (name: string) => {
    const spec = {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Mi' } },
      storageClassName: 'none',
    }
    const labels = { [LABEL.environment]: home.environment.id }
    return marked(home.object('v1', 'PersistentVolumeClaim', name, { spec }), { labels })
  }
  const sleeper = (labels: object) => ({
    metadata: { labels },
    spec: { nodeSelector: { 'example.com/is': 'nowhere' }, containers: [{ name: 'c', image: 'app:1' }] },
  })

  test('what our record owns is found although the record does not list it', async () => {
    const closing = await home.claim(1, 'Terminating')
    await home.cluster.create(marked(settings('late'), { ownerReferences: [closing.owner] }))
    const receipt = await remove(home.cluster, closing, { ...home.run, timeout: 30_000 })
    expect(receipt).toEqual([{ subject: `ConfigMap/${home.namespace}/late`, gone: true }])
    await closing.remove()
  })

  test('copied labels make nothing ours: it is left, named, and nobody waits for it', async () => {
    const labels = { ...labelsOf(home.environment), app: 'theirs' }
    const theirs = home.object('apps/v1', 'Deployment', 'theirs', {
      spec: { replicas: 1, selector: { matchLabels: { app: 'theirs' } }, template: sleeper(labels) },
    })
    const copies = [
      settings('copied'),
      theirs,
      marked(home.object('v1', 'Pod', 'bare', { spec: sleeper({}).spec }), { labels }),
    ]
    for (const object of copies) await home.cluster.create(object)
    const selector = 'app=theirs'
    await poll({ what: 'their pods', every: 100, timeout: 30_000, signal: home.run.signal }, async () => {
      const pods = await home.cluster.list({ apiVersion: 'v1', kind: 'Pod' }, home.namespace, selector)
      return pods.length === 2 ? true : undefined
    })
    const before = await Promise.all(
      copies.map(async (object) => (await home.cluster.get(refOf(object)))?.metadata.uid),
    )

    const push = await home.claim(1)
    await applyAll(home.cluster, push, [settings('ours'), workload()], home.run)
    await push.release({ phase: 'Live' })
    const closing = await home.claim(2, 'Terminating')
    const receipt = await remove(home.cluster, closing, { ...home.run, timeout: 30_000 })
    const at = (kind: string, name: string) => `${kind}/${home.namespace}/${name}`
    expect(receipt.filter(({ gone }) => gone).map(({ subject }) => subject)).toEqual([
      at('ConfigMap', 'ours'),
      at('Deployment', 'web'),
    ])
    const left = receipt.filter(({ gone }) => !gone)
    expect(left.map(({ subject }) => subject).sort()).toEqual([
      at('ConfigMap', 'copied'),
      at('Deployment', 'theirs'),
      at('Pod', 'bare'),
    ])
    for (const { why } of left) expect(why).toContain('not ours by its owner')
    await closing.remove()
    const after = await Promise.all(copies.map(async (object) => (await home.cluster.get(refOf(object)))?.metadata))
    expect(after.map((metadata) => metadata?.uid)).toEqual(before)
    expect(after.every((metadata) => metadata?.deletionTimestamp === undefined)).toBe(true)
    for (const [i, object] of copies.entries()) await home.cluster.delete(refOf(object), { uid: before[i] ?? '' })
  })

  test('the claims of a StatefulSet go with the environment, other claims do not', async () => {
    const { short } = home.environment
    const ours = disk(`data-db-${short}-0`)
    const others = disk('data-db-0')
    for (const object of [ours, others]) await home.cluster.create(object)
    const closing = await home.claim(1, 'Terminating')
    const receipt = await remove(home.cluster, closing, { ...home.run, timeout: 30_000 })
    expect(receipt.map(({ subject, gone }) => [subject, gone])).toEqual([
      [`PersistentVolumeClaim/${home.namespace}/data-db-${short}-0`, true],
      [`PersistentVolumeClaim/${home.namespace}/data-db-0`, false],
    ])
    await closing.remove()
    const left = await home.cluster.get(refOf(others))
    expect(left).toBeDefined()
    await home.cluster.delete(refOf(others), { uid: left?.metadata.uid ?? '' })
  })
})

test('what may not be deleted keeps nothing else of its stage; the next stage is not begun', async () => {
  const push = await home.claim(1)
  const job = home.object('batch/v1', 'Job', 'once', {
    spec: {
      suspend: true,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'app:1' }] } },
    },
  })
  await applyAll(home.cluster, push, [settings('one'), service(), workload(), job], home.run)
  await push.release({ phase: 'Live' })
  const rule = (apiGroups: string[], resources: string[], ...verbs: string[]) => ({ apiGroups, resources, verbs })
  const reader = await restricted(home, 'no-delete', [
    rule(['*'], ['*'], 'get', 'list'),
    rule([''], ['configmaps', 'services'], 'update', 'delete'),
    rule(['batch'], ['jobs'], 'delete'),
  ])
  const closing = await home.claim(2, 'Terminating')
  const refused = await remove(reader, closing, { ...home.run, timeout: 30_000 }).catch((error) => error)
  expect(refused).toMatchObject({
    code: 'AccessDenied',
    object: `Deployment/${home.namespace}/web`,
    hint: expect.stringContaining('{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["delete"] }'),
  })
  expect(refused.problems).toHaveLength(1)
  expect(await home.cluster.get(refOf(job))).toBeUndefined()
  for (const object of [workload(), service(), settings('one')])
    expect((await home.cluster.get(refOf(object)))?.metadata).toMatchObject({ name: object.metadata.name })
  await reader.close()

  expect((await remove(home.cluster, closing, { ...home.run, timeout: 30_000 })).every(({ gone }) => gone)).toBe(true)
  await closing.remove()
})

test('a cancelled removal ends at once and goes on later', async () => {
  const push = await home.claim(1)
  await applyAll(home.cluster, push, [ingress(['example.com/held'])], home.run)
  const closing = await home.claim(2, 'Terminating')
  const controller = new AbortController()
  const info = (text: string) => {
    home.run.say.info(text)
    if (text.startsWith('removing')) controller.abort()
  }
  const run = { signal: controller.signal, say: { ...home.run.say, info }, timeout: 600_000 }
  await expect(remove(home.cluster, closing, run)).rejects.toMatchObject({ code: 'Cancelled' })
  const held = (await home.cluster.get(refOf(ingress()))) as Live
  expect(held.metadata.deletionTimestamp).toBeDefined()

  const removal = remove(home.cluster, closing, { ...home.run, timeout: 30_000 })
  await home.cluster.replace({ ...held, metadata: { ...held.metadata, finalizers: [] } })
  expect((await removal).every(({ gone }) => gone)).toBe(true)
  await closing.remove()
})

test('a finalizer is named with its reason and never touched; the next removal goes on', async () => {
  // Nobody's here: the stack's own controller would see to it at once.
  const finalizer = 'example.com/load-balancer'
  const push = await home.claim(1)
  await applyAll(home.cluster, push, [service(), ingress([finalizer])], home.run)
  const live = (await home.cluster.get(refOf(ingress()))) as Live
  await home.cluster.create(warningAbout(live))
  const closing = await home.claim(2, 'Terminating')
  const stuck = await remove(home.cluster, closing, { ...home.run, timeout: 1_000 }).catch((error) => error)
  expect(stuck).toMatchObject({ code: 'TimedOut', object: `Ingress/${home.namespace}/web` })
  for (const text of [finalizer, 'FailedBuildModel', 'blocked by Ingress pr-2/other'])
    expect(stuck.message).toContain(text)
  const held = (await home.cluster.get(refOf(ingress()))) as Live
  expect(held.metadata.finalizers).toEqual([finalizer])
  expect(await home.cluster.get(refOf(service()))).toBeDefined()
  await closing.release({})

  const again = await home.claim(3, 'Terminating')
  const removal = remove(home.cluster, again, { ...home.run, timeout: 30_000 })
  await home.cluster.replace({ ...held, metadata: { ...held.metadata, finalizers: [] } })
  expect((await removal).every(({ gone }) => gone)).toBe(true)
  await again.remove()
})

const warningAbout = ({ metadata }: Live): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'web.1', namespace: home.namespace },
  involvedObject: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    name: 'web',
    namespace: home.namespace,
    uid: metadata.uid,
  },
  type: 'Warning',
  reason: 'FailedBuildModel',
  message: 'Failed build model due to ingress: pr-2/other: unknown targetType: bogus',
  lastTimestamp: new Date().toISOString(),
})
