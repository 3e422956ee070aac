import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyAll } from '../../src/cluster/apply.ts'
import { type KubeObject, refOf } from '../../src/cluster/cluster.ts'
import { prune } from '../../src/cluster/prune.ts'
import { type Scratch, scratch } from './scratch.ts'

let home: Scratch
beforeAll(async () => {
  home = await scratch()
})
afterAll(() => home.close())

const settings = (name: string) => home.object('v1', 'ConfigMap', name, { data: { a: '1' } })
const secret = (name: string) => home.object('v1', 'Secret', name, { stringData: { a: '1' } })
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
