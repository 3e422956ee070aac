import { ApiError, type Cluster, subject, type WatchEvent } from '../../src/cluster/cluster.ts'
import type { MemoryServer } from './memory-server.ts'

/** Brings one request to the server and its answer back, whenever that may be. */
export type Carry = <T>(request: string, act: () => T) => Promise<T>

const atOnce: Carry = async (_, act) => act()

/** The port on a server in memory. */
export const memoryCluster = (server: MemoryServer, carry: Carry = atOnce): Cluster => {
  const traffic = { requests: 0, writes: 0, bytes: 0 }
  const ask: Carry = (request, act) => {
    traffic.requests += 1
    return carry(request, act)
  }
  const write: Carry = (request, act) => {
    traffic.writes += 1
    return ask(request, act)
  }
  const get: Cluster['get'] = (ref) => ask(`get ${subject(ref)}`, () => server.get(ref))

  return {
    get,
    list: (kind, namespace, selector) => ask(`list ${kind.kind}`, () => server.list(kind, namespace, selector)),
    // Its versions are of objects, not of the whole: there is nothing that a watch could go on from.
    snapshot: async ({ namespace, labelSelector, ...kind }) => ({
      items: await ask(`list ${kind.kind}`, () => server.list(kind, namespace, labelSelector)),
      resourceVersion: '1',
    }),
    watch: async function* ({ kind }) {
      yield* await ask<WatchEvent[]>(`watch ${kind}`, () => {
        throw new ApiError(403, 'Forbidden', 'nothing can be watched here')
      })
    },
    create: (object) => write(`create ${subject(object)}`, () => server.create(object)),
    replace: (object) => write(`replace ${subject(object)}`, () => server.replace(object)),
    apply: async (object, { dryRun }) => {
      const [send, verb] = dryRun ? ([ask, 'rehearse'] as const) : ([write, 'apply'] as const)
      return { live: await send(`${verb} ${subject(object)}`, () => server.apply(object, dryRun)), warnings: [] }
    },
    delete: async (ref, preconditions) => {
      const outcome = await write(`delete ${subject(ref)}`, () => server.delete(ref, preconditions))
      if (outcome !== 'conflict') return outcome
      const live = await get(ref)
      if (live === undefined) return 'absent'
      const isGoing = live.metadata.deletionTimestamp !== undefined && live.metadata.uid === preconditions.uid
      return isGoing ? 'deleted' : 'changed'
    },
    denied: async () => undefined,
    logs: async () => undefined,
    traffic: () => ({ ...traffic }),
    close: async () => undefined,
  }
}
