import { isCode } from '../errors.ts'
import { pace } from '../pace.ts'
import { poll } from '../poll.ts'
import type { Zone } from './records.ts'

/** AWS: generally within 60 seconds. */
export const IN_SYNC_TIMEOUT = 120_000

type Wait = { timeout: number; signal: AbortSignal }

/**
 * Waits until all of Route 53's servers know a change; false when they do not in time, which is no reason to give up. Nobody
 * may ask for a new name before: a resolver keeps "there is no such name" for up to 15 minutes (the zone's SOA).
 */
export const inSync = async (zone: Zone, changeId: string, { timeout, signal }: Wait): Promise<boolean> => {
  const due = pace(500, 5_000)
  try {
    return await poll({ what: `Route 53 to serve change ${changeId}`, every: 250, timeout, signal }, async () =>
      due() && (await zone.inSync(changeId)) ? true : undefined,
    )
  } catch (error) {
    if (isCode(error, 'TimedOut')) return false
    throw error
  }
}
