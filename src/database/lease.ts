import { PreviewError } from '../errors.ts'
import type { Log } from '../log.ts'
import { pace } from '../pace.ts'
import { pause } from '../poll.ts'
import {
  asked,
  cleanable,
  type Held,
  holdersOf,
  type Lease,
  leaseOf,
  type Pool,
  positionOf,
  type Slot,
  type Tenant,
  type Ticket,
  withoutTicket,
} from './pool.ts'
import type { PoolStore } from './pool-store.ts'

/** How often a run that waits looks, and how often it shows that it still does. */
const LOOK = 2_000
const BEAT = 10_000
/** A run that waits shows it far more often than this; measured on our own monotonic clock. */
const SILENT = 60_000
/** Between two tries to make one free: asking GitHub who closed what costs requests, as does a cleaning that fails. */
const RECLAIM = 60_000

export type Waiting = {
  timeout: number
  signal: AbortSignal
  say: Log
  now(): Date
  /** 1 is next in line. Called whenever that changes. */
  onPosition(position: number): Promise<void>
  /** Makes one that was left dirty free again. */
  clean(left: Held): Promise<void>
  /** Removes environments that nobody wants any more; `true` when one was. Asked for by whoever is next in line. */
  reclaim(pool: Pool): Promise<boolean>
}

/**
 * A database for this environment: the one it has, or a free one, first come, first served. Throws `PoolFull`, naming who has
 * what, when none became free in time.
 */
export const acquire = async (store: PoolStore, tenant: Tenant, waiting: Waiting): Promise<Lease> => {
  const { timeout, signal, say, now, onPosition } = waiting
  const isAlive = signsOfLife()
  const isCleanerAlive = signsOfLife()
  const beatDue = pace(BEAT, BEAT)
  const reclaimDue = pace(RECLAIM, RECLAIM)
  const cleaningDue = new Map<string, () => boolean>()
  const mayClean = {
    isAlive: (name: string, slot: Slot) => isCleanerAlive(name, JSON.stringify(slot)),
    mayTry: (name: string) => {
      const due = cleaningDue.get(name) ?? pace(RECLAIM, RECLAIM)
      cleaningDue.set(name, due)
      return due()
    },
  }
  const end = performance.now() + timeout
  let told: number | undefined
  for (;;) {
    const beat = beatDue()
    const ask = (pool: Pool): Pool =>
      asked(pool, tenant, {
        isAlive: ({ tenant, beat }: Ticket) => isAlive(tenant.environment, String(beat)),
        beat,
        now: now(),
      })
    const pool = await store.change(ask)
    const lease = leaseOf(pool, tenant.environment)
    if (lease !== undefined) return lease
    const position = positionOf(pool, tenant.environment) ?? 0
    if (position !== told) {
      say.info(`waiting for a database, number ${position} in line: ${holdersOf(pool).join('; ')}`)
      await onPosition(position)
      told = position
    }
    if (position === 1) {
      const left = cleanable(pool, mayClean)
      if (left !== undefined) {
        await waiting.clean(left)
        continue
      }
      if (reclaimDue() && (await waiting.reclaim(pool))) continue
    }
    if (performance.now() >= end) throw await full(store, tenant, pool, timeout)
    await pause(LOOK, signal, 'a database')
  }
}

const full = async (store: PoolStore, { environment }: Tenant, pool: Pool, timeout: number): Promise<PreviewError> => {
  await store.change((pool) => withoutTicket(pool, environment))
  return new PreviewError(
    'PoolFull',
    `none of the ${Object.keys(pool.slots).length} databases became free within ${timeout < 120_000 ? `${timeout / 1_000} seconds` : `${Math.round(timeout / 60_000)} minutes`}`,
    {
      problems: holdersOf(pool).map((message) => ({ message })),
      hint: 'close a pull request whose preview is no longer needed and run the job again, or ask the platform team for more databases in database-names',
    },
  )
}

/** Whether something has changed within `SILENT`, as seen from here: other machines' clocks tell nothing. */
const signsOfLife = () => {
  const seen = new Map<string, { sign: string; since: number }>()
  return (who: string, sign: string): boolean => {
    const last = seen.get(who)
    if (last === undefined || last.sign !== sign) seen.set(who, { sign, since: performance.now() })
    return performance.now() - (seen.get(who)?.since ?? 0) < SILENT
  }
}
