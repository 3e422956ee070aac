import { describe, expect, test, vi } from 'vitest'
import {
  DOWN,
  EXPIRED,
  event,
  type List,
  listed,
  namesIn,
  PODS,
  until,
  type Watch,
  withStores,
} from '../../test/scripted-watch.ts'

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

const { now, open, asking } = withStores(time)

describe('whatever the server does, it is not now.asked without pause', () => {
  const many = 12
  test.each<[string, () => List[], () => Watch]>([
    ['ends every watch at once', () => [listed('5')], () => []],
    ['says something and ends', () => [listed('5')], () => [event('ADDED', 'a', '6')]],
    ['knows no version', () => Array.from({ length: many }, () => listed('5')), () => [EXPIRED]],
    ['refuses every watch', () => Array.from({ length: many }, () => listed('5')), () => [DOWN]],
  ])('when it %s', async (_, lists, watch) => {
    const store = open(lists(), Array.from({ length: many }, watch))
    await store.list(PODS)
    store.follow()
    await until(() => time.pauses.length >= many)
    const [first = 0] = time.pauses
    expect(first).toBeGreaterThanOrEqual(100)
    expect(Math.min(...time.pauses.slice(6))).toBeGreaterThanOrEqual(2_500)
    expect(Math.max(...time.pauses)).toBeLessThanOrEqual(5_000)
  })

  test('but a watch that lasted is begun again soon', async () => {
    const lasting = function* () {
      yield event('ADDED', 'a', '6')
      time.now += 240_000
    }
    const store = open([listed('5')], [...Array.from({ length: 8 }, () => []), lasting()])
    await store.list(PODS)
    store.follow()
    await until(() => time.pauses.length >= 9)
    expect(time.pauses[7]).toBeGreaterThanOrEqual(2_500)
    expect(time.pauses[8]).toBeLessThanOrEqual(200)
  })
})

describe('an API server that does not answer', () => {
  test('is borne for a while, with what was known last', async () => {
    const store = open([listed('5', 'a'), DOWN, DOWN, listed('6', 'b')], [[EXPIRED]])
    await store.list(PODS)
    store.follow()
    await asking(4)
    expect(await namesIn(store)).toBe('a')
    await asking(6)
    expect(await namesIn(store)).toBe('b')
    expect(now.lines).toEqual(['it is being replaced; trying again'])
  })

  test('is borne at the beginning', async () => {
    const store = open([DOWN, listed('5', 'a')])
    expect(await namesIn(store)).toBe('a')
  })

  test('is not borne for ever', async () => {
    const store = open([listed('5', 'a'), ...Array.from({ length: 100 }, () => DOWN)], [[EXPIRED]])
    await store.list(PODS)
    store.follow()
    let error: unknown
    while (error === undefined) {
      await new Promise(setImmediate)
      error = await store.list(PODS).then(
        () => undefined,
        (thrown) => thrown,
      )
    }
    expect(error).toBe(DOWN)
    expect(time.now).toBeGreaterThanOrEqual(60_000)
    expect(time.now).toBeLessThanOrEqual(70_000)
  })

  test('is borne anew after it has answered', async () => {
    const failing = Array.from({ length: 14 }, () => DOWN)
    const store = open([listed('5'), ...failing, listed('6'), ...failing, listed('7', 'a')], [[EXPIRED], [EXPIRED]])
    await store.list(PODS)
    store.follow()
    await asking(3 + 15 + 15 + 1)
    expect(await namesIn(store)).toBe('a')
    expect(time.now).toBeGreaterThan(60_000)
  })
})
