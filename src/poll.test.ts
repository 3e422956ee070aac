import { beforeEach, expect, test, vi } from 'vitest'
import { PreviewError } from './errors.ts'
import { poll } from './poll.ts'

/** Whoever sleeps wakes when the test says so, or by a signal. */
const sleepers = vi.hoisted(() => [] as { ms: number; wake: () => void }[])
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number, _: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise<void>((wake, reject) => {
      if (signal.aborted) return reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      sleepers.push({ ms, wake })
    }),
}))

const turn = () => new Promise(setImmediate)

let run: AbortController
let change: AbortController
let looks: number
beforeEach(() => {
  run = new AbortController()
  change = new AbortController()
  looks = 0
  sleepers.length = 0
})

const start = (look: () => string | undefined = () => undefined) =>
  poll(
    {
      what: 'something',
      every: 1_000,
      timeout: 60_000,
      signal: run.signal,
      change: () => {
        if (change.signal.aborted) change = new AbortController()
        return change.signal
      },
    },
    async () => {
      looks += 1
      return look()
    },
  )

test('a change brings the next look, after a moment in which more may change', async () => {
  const found = start(() => (looks === 2 ? 'it' : undefined))
  await turn()
  change.abort()
  await turn()
  expect(looks).toBe(1)
  expect(sleepers.map(({ ms }) => ms)).toEqual([1_000, 150])
  sleepers[1]?.wake()
  expect(await found).toBe('it')
})

test('without a change the next look comes when it is due', async () => {
  const found = start(() => (looks === 2 ? 'it' : undefined))
  await turn()
  sleepers[0]?.wake()
  expect(await found).toBe('it')
  expect(sleepers).toHaveLength(1)
})

test('what changes during a look is looked at', async () => {
  const found = start(() => {
    if (looks === 2) return 'it'
    change.abort()
    return undefined
  })
  await turn()
  expect(sleepers.map(({ ms }) => ms)).toEqual([150])
  sleepers[0]?.wake()
  expect(await found).toBe('it')
})

test.each(['before', 'after'])('a run that is overtaken ends it, %s a change', async (when) => {
  const ended = start().catch((error) => error)
  await turn()
  if (when === 'after') change.abort()
  await turn()
  const why = new PreviewError('Superseded', 'a newer run took over')
  run.abort(why)
  expect(await ended).toBe(why)
  expect(looks).toBe(1)
})
