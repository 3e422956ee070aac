import { isCode } from '../errors.ts'
import type { Log } from '../log.ts'
import { pause } from '../poll.ts'
import { type Cluster, isStatus, type Live, type Selection, type WatchEvent } from './cluster.ts'
import { isForbidden } from './refusal.ts'

/** Between two lists of what cannot be watched. */
const EVERY = 2_000
/** An API server that is being replaced answers again by then. */
const OUTAGE = 60_000
/** What lasted this long was well: it is begun again without delay. */
const WELL = 10_000
const FIRST_DELAY = 200
const LONGEST_DELAY = 5_000

export type Watchable = Pick<Cluster, 'snapshot' | 'watch'>

export type Mirror = {
  /** All there is. What comes after it waits for what is returned. */
  replace(items: readonly Live[]): Promise<void>
  note(change: WatchEvent): void
  /** Told once why nothing can be watched. */
  unwatchable(why: string): void
}

/**
 * A LIST, a watch that goes on from it, and again whenever that ends, until the signal does. Ends by throwing; what may pass by
 * itself is borne for a minute.
 */
export const reflect = async (
  cluster: Watchable,
  selection: Selection,
  mirror: Mirror,
  { signal, say }: { signal: AbortSignal; say: Log },
): Promise<never> => {
  const pace = pacing()
  const outage = outages(say)
  let mayWatch = true
  let isBlind = false

  const list = async (): Promise<string | undefined> => {
    const { items, resourceVersion } = await cluster.snapshot(selection, signal)
    outage.isOver()
    await mirror.replace(items)
    isBlind = !mayWatch || !resourceVersion
    return isBlind ? undefined : resourceVersion
  }

  const watch = async (from: string): Promise<string> => {
    let version = from
    for await (const change of cluster.watch({ ...selection, resourceVersion: from }, signal)) {
      version = change.object.metadata.resourceVersion
      if (change.type !== 'BOOKMARK') mirror.note(change)
    }
    return version
  }

  /** Too old a version, or whatever else is wrong: a LIST gives a new one, or says better what it is. */
  const giveUp = (error: unknown): undefined => {
    if (!isForbidden(error) && !isStatus(error, 403, 405)) return
    mayWatch = false
    isBlind = true
    mirror.unwatchable(error.message)
  }

  for (let version: string | undefined; ; ) {
    version ??= await list().catch(outage.bear)
    signal.throwIfAborted()
    if (version !== undefined) version = await watch(version).catch(giveUp)
    await pause(isBlind ? EVERY : pace(), signal, `${selection.kind} to change`)
  }
}

/** Milliseconds until the next attempt: the longer, the more of them came to nothing, and not all at the same time. */
const pacing = () => {
  let delay = FIRST_DELAY
  let last = performance.now()
  return (): number => {
    const now = performance.now()
    delay = now - last >= WELL ? FIRST_DELAY : Math.min(2 * delay, LONGEST_DELAY)
    last = now
    return delay * (0.5 + 0.5 * Math.random())
  }
}

const outages = (say: Log) => {
  let since: number | undefined
  return {
    bear: (error: unknown): undefined => {
      if (!isCode(error, 'Unavailable')) throw error
      if (since === undefined) say.info(`${error.message}; trying again`)
      since ??= performance.now()
      if (performance.now() - since >= OUTAGE) throw error
    },
    isOver: (): void => {
      since = undefined
    },
  }
}
