import { type Cluster, type Live, refOf } from './cluster.ts'
import { parallel } from './parallel.ts'
import type { Claim } from './record.ts'

const CONCURRENCY = 8

/**
 * Deletes each exactly as it was read, after a look at the record. One that changed in between is read and judged again.
 */
export const deleteAll = async (
  cluster: Cluster,
  claim: Claim,
  found: readonly Live[],
  mayGo: (live: Live) => boolean,
): Promise<void> => {
  if (found.length === 0) return
  await claim.confirm()
  await parallel(found, CONCURRENCY, (live) => deleteOne(cluster, claim, live, mayGo))
}

const deleteOne = async (
  cluster: Cluster,
  claim: Claim,
  first: Live,
  mayGo: (live: Live) => boolean,
): Promise<void> => {
  let live: Live | undefined = first
  while (live !== undefined && live.metadata.deletionTimestamp === undefined && mayGo(live)) {
    const { uid, resourceVersion } = live.metadata
    if ((await cluster.delete(refOf(live), { uid, resourceVersion })) !== 'changed') return
    live = await cluster.get(refOf(live))
    await claim.confirm()
  }
}
