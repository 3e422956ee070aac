import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { applyAll } from '../../src/cluster/apply.ts'
import { type KubeObject, type Live, refOf } from '../../src/cluster/cluster.ts'
import { remove } from '../../src/cluster/remove.ts'
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
const workload = () =>
  home.object('apps/v1', 'Deployment', 'web', {
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'app:1' }] } },
    },
  })
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

test('without a record what carries the labels is found', async () => {
  const object = settings('forgotten')
  await home.cluster.create(object)
  const closing = await home.claim(1, 'Terminating')
  const receipt = await remove(home.cluster, closing, { ...home.run, timeout: 30_000 })
  expect(receipt).toEqual([{ subject: `ConfigMap/${home.namespace}/forgotten`, gone: true }])
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
