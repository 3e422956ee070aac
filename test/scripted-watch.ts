import { afterEach, beforeEach, vi } from 'vitest'
import { ApiError, type Live, type Selection, type WatchEvent } from '../src/cluster/cluster.ts'
import type { Watchable } from '../src/cluster/reflector.ts'
import { openStore, type Store } from '../src/cluster/store.ts'
import { PreviewError } from '../src/errors.ts'

/** What can be listed and watched, and answers as it is told; for tests of what is made of it. */

export const PODS: Selection = { apiVersion: 'v1', kind: 'Pod', namespace: 'previews' }

export const pod = (name: string, resourceVersion = '1'): Live => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: name, resourceVersion },
})
export const event = (type: WatchEvent['type'], name: string, version: string): WatchEvent => ({
  type,
  object: pod(name, version),
})
export const listed = (resourceVersion: string | undefined, ...names: string[]) => ({
  items: names.map((name) => pod(name)),
  ...(resourceVersion === undefined ? {} : { resourceVersion }),
})
export const EXPIRED = new ApiError(410, 'Expired', 'too old resource version')
export const FORBIDDEN = new PreviewError('AccessDenied', 'me may not watch pods', {
  cause: new ApiError(403, 'Forbidden', 'forbidden'),
})
export const DOWN = new ApiError(503, 'ServiceUnavailable', 'it is being replaced')

export type List = ReturnType<typeof listed> | Error
/** What is said before it ends; at an error it ends with that. */
export type Watch = Iterable<WatchEvent | Error> | 'open'

/** Answers in turn; when nothing is left to answer, all that is asked stays open. */
const scripted = (asked: string[], lists: List[], watches: Watch[] = []): Watchable => {
  const end = (signal: AbortSignal | undefined) =>
    new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))
  return {
    snapshot: async ({ kind }, signal) => {
      asked.push(`list ${kind}`)
      const next = lists.shift()
      if (next === undefined) return end(signal)
      if (next instanceof Error) throw next
      return next
    },
    watch: async function* ({ kind, resourceVersion }, signal) {
      asked.push(`watch ${kind} ${resourceVersion}`)
      const next = watches.shift() ?? 'open'
      if (next === 'open') return await end(signal)
      for (const each of next) {
        if (each instanceof Error) throw each
        yield each
      }
    },
  }
}

type Time = { now: number; pauses: number[] }

/** Before each test time begins anew; after it, every store is closed. `time` is what the sleep of the test file moves. */
export const withStores = (time: Time) => {
  const now = {} as { asked: string[]; lines: string[]; cancel: AbortController }
  const stores: Store[] = []
  beforeEach(() => {
    Object.assign(time, { now: 0, pauses: [] })
    Object.assign(now, { asked: [], lines: [], cancel: new AbortController() })
    vi.spyOn(performance, 'now').mockImplementation(() => time.now)
  })
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()))
    vi.restoreAllMocks()
  })

  const on = (cluster: Watchable): Store => {
    const info = (text: string) => void now.lines.push(text)
    const say = { info, warning: info, debug: () => undefined }
    const store = openStore(cluster, { signal: now.cancel.signal, say })
    stores.push(store)
    return store
  }
  return {
    now,
    on,
    open: (lists: List[], watches?: Watch[]): Store => on(scripted(now.asked, lists, watches)),
    /** Until so many requests were sent. */
    asking: (count: number) => until(() => now.asked.length >= count),
  }
}

export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise(setImmediate)
}

export const namesIn = async (store: Store, selection = PODS): Promise<string> =>
  (await store.list(selection)).map(({ metadata }) => metadata.name).join()
