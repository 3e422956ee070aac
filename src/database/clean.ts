import { isCode } from '../errors.ts'
import { messageOf } from '../step-functions/execution.ts'
import { cleanedBy, type Lease, raised } from './pool.ts'
import type { PoolStore } from './pool-store.ts'

/** Has a database's data and credentials taken away; `stale`: a newer generation was seen there, nothing was done. */
export type Cleaner = (lease: Lease) => Promise<{ stale: number } | { did: string }>

/**
 * Makes a database free that this run (`by`) has to clean, or says why it could not be cleaned: then nobody gets it before it was.
 */
export const clean = async (
  store: PoolStore,
  lease: Lease,
  by: string,
  cleaner: Cleaner,
  now: () => Date,
): Promise<{ why?: string }> => {
  const why = await failureOf(store, lease, cleaner)
  await store.change((pool) =>
    cleanedBy(pool, lease.name, by, why === undefined ? { state: 'free' } : { state: 'dirty', why }, now()),
  )
  return why === undefined ? {} : { why }
}

const failureOf = async (store: PoolStore, lease: Lease, cleaner: Cleaner): Promise<string | undefined> => {
  try {
    const cleaned = await cleaner(lease)
    if ('did' in cleaned) return undefined
    // The pool was lost and counts anew: what the database has seen is what counts.
    await store.change((pool) => raised(pool, lease, cleaned.stale))
    const again = await cleaner({ ...lease, generation: cleaned.stale })
    return 'did' in again ? undefined : `a lease ${again.stale} was seen there`
  } catch (error) {
    if (isCode(error, 'Cancelled', 'Superseded')) throw error
    return messageOf(error)
  }
}
