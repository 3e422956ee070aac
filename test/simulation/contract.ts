import { expect } from 'vitest'
import type { Cluster, KubeObject, Live, Metadata } from '../../src/cluster/cluster.ts'
import { refOf } from '../../src/cluster/cluster.ts'

/** What the engine relies on: true of the API server, and so of the one in memory that stands in for it. */

type Place = {
  cluster: Cluster
  namespace: string
  /** Lets background controllers work for a moment. */
  elapse: () => Promise<void>
}
type Case = { name: string; holds(place: Place): Promise<void> }

const NEVER = '1'
const wet = { dryRun: false, force: false }
const dry = { dryRun: true, force: false }

const map = (namespace: string, name: string, data: Record<string, string>, metadata: Partial<Metadata> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...metadata },
  data,
})
/** It has a generation and no controller that writes to it. */
const policy = (namespace: string, name: string, policyTypes: string[]): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec: { podSelector: { matchLabels: { app: 'none' } }, policyTypes },
})
const naming = <T extends KubeObject>(object: T, { metadata: { resourceVersion } }: Live): T => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion },
})
const preconditions = ({ metadata: { uid, resourceVersion } }: Live) => ({ uid, resourceVersion })
const fixed = (field: string) => ({
  ...refused(422),
  causes: expect.arrayContaining([
    expect.objectContaining({ field, message: expect.stringContaining('field is immutable') }),
  ]),
})
const refused = (status: number) => ({ name: 'ApiError', status })

const applied = async ({ cluster }: Place, object: KubeObject): Promise<Live> => (await cluster.apply(object, wet)).live

/** Deleted, but held by a finalizer. */
const terminating = async (place: Place, name: string): Promise<Live> => {
  const held = map(place.namespace, name, { a: '1' }, { finalizers: ['example.com/hold'] })
  const live = await place.cluster.create(held)
  expect(await place.cluster.delete(refOf(live), { uid: live.metadata.uid })).toBe('deleted')
  const left = await place.cluster.get(refOf(live))
  expect(left?.metadata.deletionTimestamp).toEqual(expect.any(String))
  return left as Live
}

export const contract: Case[] = [
  {
    name: 'a name is taken once',
    holds: async ({ cluster, namespace }) => {
      const made = await cluster.create(map(namespace, 'taken', { a: '1' }))
      expect(made.metadata.uid).not.toBe('')
      await expect(cluster.create(map(namespace, 'taken', { a: '1' }))).rejects.toMatchObject({
        ...refused(409),
        reason: 'AlreadyExists',
      })
    },
  },
  {
    name: 'replacing needs the version, the life and the object to be the ones that were read',
    holds: async ({ cluster, namespace }) => {
      const first = await cluster.create(map(namespace, 'replaced', { a: '1' }))
      const second = await cluster.replace({ ...first, data: { a: '2' } })
      expect(BigInt(second.metadata.resourceVersion)).toBeGreaterThan(BigInt(first.metadata.resourceVersion))
      await expect(cluster.replace({ ...first, data: { a: '3' } })).rejects.toMatchObject(refused(409))
      expect((await cluster.replace(second)).metadata.resourceVersion).toBe(second.metadata.resourceVersion)
      expect(await cluster.delete(refOf(second), preconditions(second))).toBe('deleted')
      await expect(cluster.replace(second)).rejects.toMatchObject(refused(404))
      const next = await cluster.create(map(namespace, 'replaced', { a: '4' }))
      await expect(cluster.replace(second)).rejects.toMatchObject(refused(409))
      await expect(cluster.replace(naming(second, next))).rejects.toMatchObject(refused(409))
    },
  },
  {
    name: 'applying makes what is absent, whatever version is named',
    holds: async (place) => {
      const [first] = [await applied(place, map(place.namespace, 'none-named', { a: '1' }))]
      const second = await applied(place, map(place.namespace, 'never', { a: '1' }, { resourceVersion: NEVER }))
      const late = map(place.namespace, 'deleted', { a: '1' }, { resourceVersion: second.metadata.resourceVersion })
      const third = await applied(place, late)
      expect(new Set([first, second, third].map(({ metadata }) => metadata.uid)).size).toBe(3)
    },
  },
  {
    name: 'applying to what is there needs its version, even where nothing would change',
    holds: async (place) => {
      const object = map(place.namespace, 'there', { a: '1' })
      const live = await applied(place, object)
      const wrong = { ...object, metadata: { ...object.metadata, resourceVersion: NEVER } }
      await expect(place.cluster.apply(wrong, wet)).rejects.toMatchObject(refused(409))
      await expect(place.cluster.apply(wrong, dry)).rejects.toMatchObject(refused(409))
      const again = await applied(place, naming(object, live))
      expect(again).toEqual(live)
      const more = await applied(place, naming({ ...object, data: { a: '2' } }, live))
      await expect(place.cluster.apply(naming(object, live), wet)).rejects.toMatchObject(refused(409))
      expect(await place.cluster.get(refOf(object))).toEqual(more)
    },
  },
  {
    name: 'applying to another life of the object is refused',
    holds: async (place) => {
      const object = map(place.namespace, 'lives', { a: '1' }, { uid: '00000000-0000-4000-8000-000000000000' })
      await expect(place.cluster.apply(object, wet)).rejects.toMatchObject(refused(409))
      await applied(place, map(place.namespace, 'lives', { a: '1' }))
      await expect(place.cluster.apply(object, wet)).rejects.toMatchObject(fixed('metadata.uid'))
    },
  },
  {
    name: 'a rehearsal answers what would be and changes nothing',
    holds: async (place) => {
      const { cluster, namespace } = place
      const object = map(namespace, 'rehearsed', { a: '1' })
      expect((await cluster.apply(object, dry)).live.data).toEqual({ a: '1' })
      expect(await cluster.get(refOf(object))).toBeUndefined()
      const live = await applied(place, object)
      expect((await cluster.apply(naming(object, live), dry)).live).toEqual(live)
      expect((await cluster.apply(naming({ ...object, data: { b: '2' } }, live), dry)).live.data).toEqual({ b: '2' })
      expect(await cluster.get(refOf(object))).toEqual(live)
    },
  },
  {
    name: 'what is not applied any more goes; what others set stays',
    holds: async (place) => {
      const { namespace } = place
      const owner = (uid: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: 'fields', uid })
      const base = await applied(place, map(namespace, 'fields', {}))
      const mine = { ...owner(base.metadata.uid), name: base.metadata.name }
      const object = map(
        namespace,
        'owned',
        { a: '1', b: '1' },
        { labels: { x: '1', y: '1' }, annotations: { mine: '1' }, ownerReferences: [mine] },
      )
      const live = await applied(place, object)
      const { cluster } = place
      const annotations = { ...live.metadata.annotations, theirs: '1' }
      const touched = await cluster.replace({ ...live, metadata: { ...live.metadata, annotations } })
      const next = map(namespace, 'owned', { b: '2' }, { labels: { y: '1' } })
      const after = await applied(place, naming(next, touched))
      expect(after.data).toEqual({ b: '2' })
      expect(after.metadata.labels).toEqual({ y: '1' })
      expect(after.metadata.annotations).toEqual({ theirs: '1' })
      expect(after.metadata.ownerReferences).toBeUndefined()
    },
  },
  {
    name: 'the generation counts changes of the spec',
    holds: async (place) => {
      const object = policy(place.namespace, 'counted', ['Ingress'])
      const live = await applied(place, object)
      expect(live.metadata.generation).toBe(1)
      const labelled = { ...object, metadata: { ...object.metadata, labels: { a: '1' } } }
      expect((await applied(place, labelled)).metadata.generation).toBe(1)
      expect((await applied(place, policy(place.namespace, 'counted', ['Egress']))).metadata.generation).toBe(2)
      expect((await applied(place, map(place.namespace, 'counted', { a: '1' }))).metadata.generation).toBeUndefined()
    },
  },
  {
    name: 'the template of a Job does not change',
    holds: async (place) => {
      const { namespace, cluster } = place
      const job = (image: string): KubeObject => ({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'fixed', namespace },
        spec: {
          suspend: true,
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image }] } },
        },
      })
      await applied(place, job('one'))
      for (const options of [wet, dry]) {
        await expect(cluster.apply(job('two'), options)).rejects.toMatchObject(fixed('spec.template'))
        const other = { ...job('two'), metadata: { ...job('two').metadata, resourceVersion: NEVER } }
        await expect(cluster.apply(other, options)).rejects.toMatchObject(refused(409))
      }
    },
  },
  {
    name: 'deleting tells what is not there, and what is not what it was',
    holds: async ({ cluster, namespace }) => {
      const live = await cluster.create(map(namespace, 'deleting', { a: '1' }))
      const ref = refOf(live)
      expect(await cluster.delete({ ...ref, name: 'nothing' }, preconditions(live))).toBe('absent')
      expect(await cluster.delete(ref, { uid: '00000000-0000-4000-8000-000000000000' })).toBe('changed')
      await cluster.replace({ ...live, data: { a: '2' } })
      expect(await cluster.delete(ref, preconditions(live))).toBe('changed')
      expect(await cluster.delete(ref, { uid: live.metadata.uid })).toBe('deleted')
      expect(await cluster.get(ref)).toBeUndefined()
      const next = await cluster.create(map(namespace, 'deleting', { a: '1' }))
      expect(await cluster.delete(ref, preconditions(live))).toBe('changed')
      expect(next.metadata.uid).not.toBe(live.metadata.uid)
    },
  },
  {
    name: 'a finalizer holds what is deleted, and can still be applied to',
    holds: async (place) => {
      const { cluster, namespace } = place
      const live = await terminating(place, 'held')
      expect(await cluster.delete(refOf(live), preconditions(live))).toBe('deleted')
      expect(await cluster.delete(refOf(live), { uid: live.metadata.uid, resourceVersion: NEVER })).toBe('deleted')
      const touched = await applied(place, naming(map(namespace, 'held', { b: '1' }), live))
      expect(touched.metadata.deletionTimestamp).toBe(live.metadata.deletionTimestamp)
      const { finalizers: _, ...metadata } = touched.metadata
      await cluster.replace({ ...touched, metadata })
      expect(await cluster.get(refOf(live))).toBeUndefined()
    },
  },
  {
    name: 'a list shows the kind, the namespace and the label that were asked for',
    holds: async ({ cluster, namespace }) => {
      const labels = { group: 'listed' }
      const made = await cluster.create(map(namespace, 'listed-a', { a: '1' }, { labels }))
      await cluster.create(map(namespace, 'listed-b', { a: '1' }, { labels: { group: 'other' } }))
      expect(await cluster.list(made, namespace, 'group=listed')).toEqual([made])
      expect(await cluster.list(made, namespace, 'group')).toHaveLength(2)
      expect(await cluster.list({ apiVersion: 'v1', kind: 'Secret' }, namespace, 'group=listed')).toEqual([])
      expect(await cluster.list(made, `${namespace}-other`, 'group=listed')).toEqual([])
      expect((await cluster.list(made, namespace)).length).toBeGreaterThanOrEqual(2)
    },
  },
  {
    name: 'what has no owner any more is collected, and what has one is not',
    holds: async (place) => {
      const { cluster, namespace } = place
      const owner = await cluster.create(map(namespace, 'owner', {}))
      const mine = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }
      const late = { ...mine, uid: '00000000-0000-4000-8000-000000000000' }
      const kept = await cluster.create(map(namespace, 'kept', {}, { ownerReferences: [mine] }))
      const both = await cluster.create(map(namespace, 'both', {}, { ownerReferences: [mine, late] }))
      const gone = await cluster.create(map(namespace, 'gone', {}, { ownerReferences: [late] }))
      const isThere = async (live: Live) => (await cluster.get(refOf(live))) !== undefined
      for (let looks = 0; looks < 200 && (await isThere(gone)); looks += 1) await place.elapse()
      expect(await Promise.all([kept, both, gone].map(isThere))).toEqual([true, true, false])
      await cluster.delete(refOf(owner), { uid: owner.metadata.uid })
      for (let looks = 0; looks < 200 && (await isThere(kept)); looks += 1) await place.elapse()
      expect(await Promise.all([kept, both].map(isThere))).toEqual([false, false])
    },
  },
  {
    name: 'what was sent is counted, a rehearsal not among the writes',
    holds: async (place) => {
      const { cluster, namespace } = place
      const before = cluster.traffic()
      await cluster.apply(map(namespace, 'counted-map', {}), dry)
      await applied(place, map(namespace, 'counted-map', {}))
      const after = cluster.traffic()
      expect(after.writes - before.writes).toBe(1)
      expect(after.requests - before.requests).toBe(2)
    },
  },
]
