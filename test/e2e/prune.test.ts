import { afterEach, beforeEach, expect, test } from 'vitest'
import { applyAll } from '../../src/cluster/apply.ts'
import { type Cluster, type KubeObject, type Live, refOf } from '../../src/cluster/cluster.ts'
import { memberOf } from '../../src/cluster/members.ts'
import { prune } from '../../src/cluster/prune.ts'
import type { Claim } from '../../src/cluster/record.ts'
import { restricted } from './restricted.ts'
import { type Scratch, scratch } from './scratch.ts'

let home: Scratch
beforeEach(async () => {
  home = await scratch()
})
afterEach(() => home.close())

const settings = (name: string) => home.object('v1', 'ConfigMap', name, { data: { a: '1' } })
const secret = (name: string) => home.object('v1', 'Secret', name, { stringData: { a: '1' } })
const account = (name: string) => home.object('v1', 'ServiceAccount', name)
const disk = () =>
  home.object('v1', 'PersistentVolumeClaim', 'disk', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  })
const exists = async (object: KubeObject) => (await home.cluster.get(refOf(object))) !== undefined

test('what is not wanted any more goes; data stays until the environment goes', async () => {
  const first = await home.claim(1)
  await applyAll(home.cluster, first, [settings('keep'), settings('drop'), secret('gone'), disk()], home.run)
  await first.release({ phase: 'Live' })

  const second = await home.claim(2)
  const keep = await applyAll(home.cluster, second, [settings('keep')], home.run)
  const deleted = await prune(home.cluster, second, keep, home.run)
  expect(deleted.sort()).toEqual([`ConfigMap/${home.namespace}/drop`, `Secret/${home.namespace}/gone`])
  expect(await Promise.all([settings('keep'), settings('drop'), secret('gone'), disk()].map(exists))).toEqual([
    true,
    false,
    false,
    true,
  ])
  expect(second.record.members.map(({ n }) => n)).toEqual(['keep', 'disk'])

  const { writes } = home.cluster.traffic()
  expect(await prune(home.cluster, second, keep, home.run)).toEqual([])
  expect(home.cluster.traffic().writes).toBe(writes)
})

test('look-alikes are left alone', async () => {
  const mine = await home.claim(1)
  const keep = await applyAll(home.cluster, mine, [settings('keep')], home.run)
  const owned = (name: string, metadata: object) => {
    const object = settings(name)
    return { ...object, metadata: { ...object.metadata, ...metadata } }
  }
  const holder = await home.cluster.create(owned('holder', { labels: {} }))
  const controller = { apiVersion: 'v1', kind: 'ConfigMap', name: 'holder', uid: holder.metadata.uid, controller: true }
  const foreign = [
    owned('copied-labels', {}),
    owned('other-part', {
      labels: { ...settings('x').metadata.labels, 'eks-preview/part': '8' },
      ownerReferences: [mine.owner],
    }),
    owned('controlled', { ownerReferences: [mine.owner, controller] }),
  ]
  for (const object of foreign) await home.cluster.create(object)
  expect(await prune(home.cluster, mine, keep, home.run)).toEqual([])
  expect(await Promise.all(foreign.map(exists))).toEqual([true, true, true])
})

test('what an older run created late goes with the next push', async () => {
  const older = await home.claim(1)
  const late = settings('late')
  await home.cluster.create({ ...late, metadata: { ...late.metadata, ownerReferences: [older.owner] } })
  const newer = await home.claim(2)
  const keep = await applyAll(home.cluster, newer, [settings('keep')], home.run)
  expect(await prune(home.cluster, newer, keep, home.run)).toEqual([`ConfigMap/${home.namespace}/late`])
})

test('an older run deletes nothing of a newer one', async () => {
  const older = await home.claim(1)
  const keep = await applyAll(home.cluster, older, [settings('keep')], home.run)
  const newer = await home.claim(2)
  await applyAll(home.cluster, newer, [settings('keep'), settings('added')], home.run)
  await expect(prune(home.cluster, older, keep, home.run)).rejects.toMatchObject({ code: 'Superseded' })
  expect(await exists(settings('added'))).toBe(true)
})

const annotate = async (object: KubeObject, annotations: Record<string, string>) => {
  const live = (await home.cluster.get(refOf(object))) as Live
  await home.cluster.replace({ ...live, metadata: { ...live.metadata, annotations } })
}
const push = async (number: number, objects: KubeObject[]) => {
  const mine = await home.claim(number)
  return { mine, keep: await applyAll(home.cluster, mine, objects, home.run) }
}
const names = ({ record }: Claim) => record.members.map(({ n }) => n)

test('what is annotated stays, even if that was done a moment ago', async () => {
  const { mine, keep } = await push(1, [settings('keep'), settings('before'), settings('meanwhile')])
  await prune(home.cluster, mine, keep, home.run)
  await annotate(settings('before'), { 'eks-preview/prune': 'disabled' })
  const next = await applyAll(home.cluster, mine, [settings('keep')], home.run)
  const cluster = {
    ...home.cluster,
    delete: async (...args: Parameters<Cluster['delete']>) => {
      await annotate(settings('meanwhile'), { 'eks-preview/prune': 'disabled' })
      return home.cluster.delete(...args)
    },
  }
  expect(await prune(cluster, mine, next, home.run)).toEqual([])
  expect(await Promise.all(['before', 'meanwhile'].map(settings).map(exists))).toEqual([true, true])
  expect(names(mine).sort()).toEqual(['before', 'keep', 'meanwhile'])

  for (const name of ['before', 'meanwhile']) await annotate(settings(name), {})
  expect(await prune(home.cluster, mine, next, home.run)).toHaveLength(2)
  expect(names(mine)).toEqual(['keep'])
})

test('what a pod reads goes when the pod has gone', async () => {
  const { mine, keep } = await push(1, [settings('keep'), settings('read'), secret('read'), settings('unread')])
  await prune(home.cluster, mine, keep, home.run)
  const pod = await home.cluster.create(
    home.object('v1', 'Pod', 'reader', {
      spec: {
        nodeSelector: { 'example.com/is': 'nowhere' },
        volumes: [{ name: 'v', projected: { sources: [{ configMap: { name: 'read' } }] } }],
        initContainers: [{ name: 'i', image: 'app:1', envFrom: [{ secretRef: { name: 'read' } }] }],
        containers: [{ name: 'c', image: 'app:1' }],
      },
    }),
  )
  const next = await applyAll(home.cluster, mine, [settings('keep')], home.run)
  expect(await prune(home.cluster, mine, next, home.run)).toEqual([`ConfigMap/${home.namespace}/unread`])
  expect(names(mine).sort()).toEqual(['keep', 'read', 'read'])
  expect(home.run.say.lines).toContainEqual(expect.stringContaining(`Pod/${home.namespace}/reader still reads it`))
  const { writes } = home.cluster.traffic()
  expect(await prune(home.cluster, mine, next, home.run)).toEqual([])
  expect(home.cluster.traffic().writes).toBe(writes)

  await home.cluster.delete(refOf(pod), { uid: pod.metadata.uid })
  expect((await prune(home.cluster, mine, next, home.run)).sort()).toEqual([
    `ConfigMap/${home.namespace}/read`,
    `Secret/${home.namespace}/read`,
  ])
})

test('what a killed run had written ahead is looked for once more, whatever kind it is', async () => {
  const killed = await home.claim(1)
  const late = secret('late')
  await killed.update({ members: [memberOf(refOf(late))] })
  const { mine, keep } = await push(2, [settings('keep')])
  expect(mine.fence).toBe(2)
  await prune(home.cluster, mine, keep, home.run)
  expect(names(mine)).toEqual(['keep', 'late'])
  await mine.release({ phase: 'Live' })

  await home.cluster.create({ ...late, metadata: { ...late.metadata, ownerReferences: [killed.owner] } })
  const clean = await push(3, [settings('keep')])
  expect(await prune(home.cluster, clean.mine, clean.keep, home.run)).toEqual([`Secret/${home.namespace}/late`])
  expect(names(clean.mine)).toEqual(['keep'])
})

test('a Job that was pruned after an unclean end runs again when it is wanted again', async () => {
  const job = home.object('batch/v1', 'Job', 'again', {
    spec: {
      suspend: true,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'app:1' }] } },
    },
  })
  const first = await push(1, [job])
  await prune(home.cluster, first.mine, first.keep, home.run)
  const second = await push(2, [])
  expect(await prune(home.cluster, second.mine, second.keep, home.run)).toContain(`Job/${home.namespace}/again`)
  const again = await applyAll(home.cluster, second.mine, [job], home.run)
  expect(again.map(({ action }) => action)).toEqual(['created'])
})

test('one that may not be deleted is named, and the others of its stage go', async () => {
  const { mine, keep } = await push(1, [settings('keep'), settings('drop'), account('refused')])
  await prune(home.cluster, mine, keep, home.run)
  const next = await applyAll(home.cluster, mine, [settings('keep')], home.run)
  const reader = await restricted(home, 'no-accounts', [
    { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['update', 'delete'] },
  ])
  await expect(prune(reader, mine, next, home.run)).rejects.toMatchObject({
    code: 'AccessDenied',
    object: `ServiceAccount/${home.namespace}/refused`,
    hint: expect.stringContaining('resources: ["serviceaccounts"], verbs: ["delete"]'),
  })
  await reader.close()
  expect(await Promise.all([settings('drop'), account('refused')].map(exists))).toEqual([false, true])
  expect(names(mine)).toContain('refused')
})
