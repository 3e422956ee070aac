import { type KubeObject, type Live, type Ref, refOf } from '../../src/cluster/cluster.ts'
import type { MemoryServer, Write } from './memory-server.ts'
import type { Random } from './random.ts'
import type { Schedule } from './schedule.ts'

/** What the cluster does by itself: statuses, finalizers, the garbage collector. */
export const controllers = (server: MemoryServer, { later }: Schedule, random: Random) => {
  const change = (ref: Ref, next: (live: Live) => KubeObject) => later(() => server.change(ref, next))

  const collectLater = (): void => {
    for (const orphan of server.orphans()) later(() => server.collect(orphan))
  }

  return {
    /** To be told of every write. */
    react: ({ before, after }: Write): void => {
      if (after === undefined || after.metadata.uid !== before?.metadata.uid) later(collectLater)
      if (after === undefined) return
      const ref = refOf(after)
      if (after.kind === 'Job' && before === undefined) change(ref, finished)
      if (after.kind !== 'Ingress') return
      if (before === undefined) change(ref, held)
      if (after.metadata.deletionTimestamp !== undefined && before?.metadata.deletionTimestamp === undefined)
        later(() => server.change(ref, letGo), undefined, random.below(1_000))
    },
    /** Somebody who writes to members at any time. */
    disturb: (members: readonly KubeObject[]): void => {
      for (const member of members) for (let times = random.below(3); times > 0; times -= 1) change(refOf(member), seen)
    },
  }
}

const finished = (live: Live): KubeObject => ({
  ...live,
  status: { conditions: [{ type: 'Complete', status: 'True' }] },
})

const FINALIZER = 'group.ingress.k8s.aws/preview'

const held = (live: Live): KubeObject =>
  live.metadata.deletionTimestamp === undefined
    ? { ...live, metadata: { ...live.metadata, finalizers: [FINALIZER] } }
    : live

const letGo = (live: Live): KubeObject => {
  const { finalizers: _, ...metadata } = live.metadata
  return { ...live, metadata }
}

const seen = (live: Live): KubeObject => {
  const times = Number(live.metadata.annotations?.['controller/seen'] ?? 0) + 1
  const annotations = { ...live.metadata.annotations, 'controller/seen': String(times) }
  return { ...live, metadata: { ...live.metadata, annotations } }
}
