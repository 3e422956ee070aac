import { describe, expect, test, vi } from 'vitest'
import {
  DOWN,
  EXPIRED,
  event,
  FORBIDDEN,
  type List,
  listed,
  namesIn,
  PODS,
  until,
  withStores,
} from '../../test/scripted-watch.ts'
import { PreviewError } from '../errors.ts'
import { ApiError, type Live, type Selection, type WatchEvent } from './cluster.ts'
import type { Watchable } from './reflector.ts'

/** Nobody really sleeps: the clock is set forward, and every pause is remembered. */
const time = vi.hoisted(() => ({ now: 0, pauses: [] as number[] }))
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number, _: unknown, { signal }: { signal: AbortSignal }) => {
    await new Promise(setImmediate)
    signal.throwIfAborted()
    time.now += ms
    time.pauses.push(ms)
  },
}))

const { now, open, on, asking } = withStores(time)

const JOBS: Selection = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'previews', labelSelector: 'a=b' }

describe('what is kept', () => {
  test('is asked for once, and watched when it is to be followed', async () => {
    const store = open([listed('5', 'a', 'b')])
    expect(await namesIn(store)).toBe('a,b')
    expect(await namesIn(store)).toBe('a,b')
    expect(now.asked).toEqual(['list Pod'])
    store.follow()
    await asking(2)
    expect(now.asked).toEqual(['list Pod', 'watch Pod 5'])
  })

  test('is kept for each selection', async () => {
    const store = open([listed('5', 'a'), listed('6', 'b')])
    expect([await namesIn(store), await namesIn(store, JOBS), await namesIn(store)]).toEqual(['a', 'b', 'a'])
    expect(now.asked).toEqual(['list Pod', 'list Job'])
  })

  test('changes with the events of its watch', async () => {
    const store = open(
      [listed('5', 'a', 'b')],
      [[event('ADDED', 'c', '6'), event('DELETED', 'a', '7'), event('MODIFIED', 'b', '8')]],
    )
    await store.list(PODS)
    store.follow()
    await asking(3)
    expect((await store.list(PODS)).map(({ metadata }) => [metadata.name, metadata.resourceVersion])).toEqual([
      ['b', '8'],
      ['c', '6'],
    ])
    expect(now.asked.at(-1)).toBe('watch Pod 8')
  })

  test('does not change with a bookmark, which only moves on', async () => {
    const store = open(
      [listed('5', 'a')],
      [[{ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } as Live }]],
    )
    await store.list(PODS)
    const change = store.change()
    store.follow()
    await asking(3)
    expect(await namesIn(store)).toBe('a')
    expect(now.asked.at(-1)).toBe('watch Pod 9')
    expect(change.aborted).toBe(false)
  })

  test('says that it has changed', async () => {
    const store = open([listed('5')], [[event('ADDED', 'a', '6')]])
    await store.list(PODS)
    const first = store.change()
    expect(store.change()).toBe(first)
    store.follow()
    await until(() => first.aborted)
    expect(await namesIn(store)).toBe('a')
    expect(store.change().aborted).toBe(false)
  })

  test.each([
    ['is too old', EXPIRED],
    ['is refused', DOWN],
  ])('is listed anew when its version %s, and forgets what was deleted meanwhile', async (_, error) => {
    const store = open([listed('5', 'a', 'b'), listed('20', 'b', 'c')], [[event('ADDED', 'x', '6'), error]])
    await store.list(PODS)
    store.follow()
    await asking(4)
    expect(now.asked).toEqual(['list Pod', 'watch Pod 5', 'list Pod', 'watch Pod 20'])
    expect(await namesIn(store)).toBe('b,c')
  })
})

describe('what may not be watched', () => {
  test.each([
    ['by right', FORBIDDEN],
    ['at all', new ApiError(405, 'MethodNotAllowed', 'me may not watch pods')],
  ])('%s is listed every two seconds, and that is said once', async (_, error) => {
    const store = open([listed('5', 'a'), listed('5', 'b'), listed('6', 'a'), listed('7')], [[error], [error]])
    await Promise.all([store.list(PODS), store.list(JOBS)])
    store.follow()
    await asking(8)
    expect(now.asked.filter((one) => one.startsWith('watch'))).toHaveLength(2)
    expect(new Set(time.pauses)).toEqual(new Set([2_000]))
    expect(now.lines).toEqual(['me may not watch pods: what may not be watched is listed every 2 s instead'])
  })

  test('because it is not served yet is listed until it is', async () => {
    const store = open([listed(undefined), listed(undefined), listed('5', 'a')])
    expect(await namesIn(store)).toBe('')
    store.follow()
    await asking(4)
    expect(now.asked).toEqual(['list Pod', 'list Pod', 'list Pod', 'watch Pod 5'])
    expect(time.pauses).toEqual([2_000, 2_000])
    expect(await namesIn(store)).toBe('a')
    expect(now.lines).toEqual([])
  })
})

test('what is refused for good is thrown at once, and to whoever asks later', async () => {
  const denied = new PreviewError('AccessDenied', 'me may not list pods')
  const store = open([denied])
  await expect(store.list(PODS)).rejects.toBe(denied)
  await expect(store.list(PODS)).rejects.toBe(denied)
  expect(now.asked).toEqual(['list Pod'])
})

describe('nothing is left running', () => {
  test.each([
    ['while it is listed', [], false],
    ['before it is followed', [listed('5')], false],
    ['while it is watched', [listed('5')], true],
    ['between two lists', [listed(undefined)], true],
  ] satisfies [string, List[], boolean][])('%s', async (_, lists, follows) => {
    const store = open([...lists])
    const listing = store.list(PODS).catch(() => undefined)
    if (lists.length > 0) await listing
    if (follows) store.follow()
    await asking(follows ? 2 : 1)
    await store.close()
    const before = now.asked.length
    for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate)
    expect(now.asked).toHaveLength(before)
    await listing
  })

  test('also when a stream takes its time to end', async () => {
    let isOpen = true
    const watch: Watchable['watch'] = async function* (_, signal) {
      while (!signal.aborted)
        yield await new Promise<WatchEvent>((next) => setImmediate(next, event('ADDED', 'a', '6')))
      await new Promise(setImmediate)
      isOpen = false
    }
    const store = on({ snapshot: async () => listed('5'), watch })
    await store.list(PODS)
    store.follow()
    const change = store.change()
    await until(() => change.aborted)
    await store.close()
    expect(isOpen).toBe(false)
  })

  test('when the run is cancelled, whoever waits hears of it', async () => {
    const store = open([])
    const listing = store.list(PODS)
    now.cancel.abort(new PreviewError('Superseded', 'a newer run took over'))
    await expect(listing).rejects.toMatchObject({ code: 'Superseded' })
    await store.close()
  })
})
