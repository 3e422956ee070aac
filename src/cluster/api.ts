import type { Log } from '../log.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import { discovery, type ResourceList } from './discovery.ts'
import { reading } from './read.ts'
import { objectOf } from './refusal.ts'
import { asking } from './rights.ts'
import { transportTo } from './transport.ts'
import { watching } from './watch.ts'
import { writing } from './write.ts'

const DISCOVERY_TIMEOUT = 12_000

/** Raw JSON over one keep-alive agent. Retries, deadlines and credentials are the transport's. */
export const kubernetes = (connection: Connection, options: { log: Log; signal: AbortSignal }): Cluster => {
  const { send, open, traffic, close } = transportTo(connection, options)
  const pathOf = discovery(async (path) => {
    const answer = await send({ method: 'GET', path, what: path, timeout: DISCOVERY_TIMEOUT })
    return answer.status === 404 ? undefined : objectOf<ResourceList>(path, answer)
  })
  const reads = reading(send, pathOf)
  return {
    ...reads,
    ...watching(open, pathOf),
    ...writing({ send, pathOf, get: reads.get }),
    ...asking(send, pathOf),
    traffic,
    close,
  }
}
