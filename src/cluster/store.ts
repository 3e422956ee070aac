import type { Live, Selection } from './cluster.ts'
import type { Run } from './record.ts'
import { reflect, type Watchable } from './reflector.ts'

/** What a wait looks at, kept up to date by the API server instead of being asked for at every look. */
export type Store = {
  /** As last seen; the first time it is asked for. Throws when it cannot be known (any more). */
  list(selection: Selection): Promise<readonly Live[]>
  /** From now on every change of what was asked for is learned of. */
  follow(): void
  /** Ends with the next change. */
  change(): AbortSignal
  /** When nothing of it is left running. */
  close(): Promise<void>
}

export const openStore = (cluster: Watchable, run: Run): Store => {
  const end = new AbortController()
  const mirrors = new Map<string, Mirrored>()
  let change = new AbortController()
  let mayWatchAll = true

  const owner: Owner = {
    signal: AbortSignal.any([run.signal, end.signal]),
    say: run.say,
    changed: () => change.abort(),
    unwatchable: (why) => {
      if (mayWatchAll) run.say.info(`${why}: what may not be watched is listed every 2 s instead`)
      mayWatchAll = false
    },
  }

  const follow = (): void => {
    for (const { follow } of mirrors.values()) follow()
  }

  return {
    list: async (selection) => {
      const key = JSON.stringify(selection)
      const mirrored = mirrors.get(key) ?? mirror(cluster, selection, owner)
      mirrors.set(key, mirrored)
      return mirrored.objects()
    },
    follow,
    change: () => {
      if (change.signal.aborted) change = new AbortController()
      return change.signal
    },
    close: async () => {
      end.abort()
      follow() // so that what waits for it sees the end
      await Promise.all([...mirrors.values()].map(({ ended }) => ended))
    },
  }
}

type Owner = Run & { changed(): void; unwatchable(why: string): void }
type Mirrored = { objects(): Promise<readonly Live[]>; follow(): void; ended: Promise<void> }

/** Of one selection. */
const mirror = (cluster: Watchable, selection: Selection, owner: Owner): Mirrored => {
  const { changed, unwatchable } = owner
  const objects = new Map<string, Live>()
  const listed = Promise.withResolvers<void>()
  const followed = Promise.withResolvers<void>()
  let failure: { error: unknown } | undefined

  const replace = (items: readonly Live[]): Promise<void> => {
    // As a whole: what was deleted between two watches is in no event.
    objects.clear()
    for (const live of items) objects.set(live.metadata.uid, live)
    listed.resolve()
    changed()
    return followed.promise
  }
  const note = ({ type, object }: { type: string; object: Live }): void => {
    if (type === 'DELETED') objects.delete(object.metadata.uid)
    else objects.set(object.metadata.uid, object)
    changed()
  }

  const ended = reflect(cluster, selection, { replace, note, unwatchable }, owner).catch((error: unknown) => {
    failure = { error }
    listed.resolve()
    changed()
  })
  return {
    objects: async () => {
      await listed.promise
      if (failure) throw failure.error
      return [...objects.values()]
    },
    follow: followed.resolve,
    ended,
  }
}
