import { describe, expect, test } from 'vitest'
import { PrepareFailure } from './failure.ts'
import { isTransient, type Patience, retrying } from './retry.ts'

const error = (about: object): Error => Object.assign(new Error('no'), about)
const wrapped = (cause: unknown): Error => new PrepareFailure('DatabaseError', 'Make it: no', { cause })

test.each([
  { errno: 1205 },
  { errno: 1213 },
  { errno: 1290 },
  { errno: 1836 },
  { code: '40001' },
  { code: '40P01' },
  { code: '25006' },
  { code: '57P01' },
  { code: 'ECONNREFUSED', errno: -111 },
  { code: 'ECONNRESET', errno: -104 },
  { code: 'ETIMEDOUT' },
  { name: 'ConnectionLost' },
  { name: 'TimedOut' },
])('%o may be gone the next time', (about) => {
  expect(isTransient(error(about))).toBe(true)
  expect(isTransient(wrapped(wrapped(error(about))))).toBe(true)
})

test.each([
  { errno: 1045, code: 'ER_ACCESS_DENIED_ERROR' },
  { errno: 1064 },
  { code: '28P01' },
  { code: '42601' },
  { code: 'ENOTFOUND' },
  { name: 'AccessDenied', $metadata: {} },
  { name: 'Busy' },
])('%o would be the same again', (about) => {
  expect(isTransient(wrapped(error(about)))).toBe(false)
})

describe('retrying', () => {
  const patience = (change: Partial<Patience> = {}): Patience & { waits: number[] } => {
    const waits: number[] = []
    const pause = async (ms: number) => void waits.push(ms)
    return { waits, attempts: 5, timeLeft: () => 100_000, pause, random: () => 1, log: () => {}, ...change }
  }
  /** Fails so many times. */
  const failing = (times: number, how: object) => {
    let calls = 0
    return async () => {
      if (++calls <= times) throw error(how)
      return calls
    }
  }

  test('waits longer each time, and gives up with the last reason', async () => {
    const calm = patience()
    expect(await retrying(failing(4, { errno: 1213 }), calm)).toBe(5)
    expect(calm.waits).toEqual([500, 1000, 2000, 4000])
    await expect(retrying(failing(5, { errno: 1213 }), patience())).rejects.toMatchObject({ errno: 1213 })
  })

  test('does not try again what would fail again', async () => {
    const calm = patience()
    await expect(retrying(failing(1, { errno: 1064 }), calm)).rejects.toMatchObject({ errno: 1064 })
    expect(calm.waits).toEqual([])
  })

  test('does not begin what there is no time for', async () => {
    const hurried = patience({ timeLeft: () => 30_000 })
    await expect(retrying(failing(1, { errno: 1213 }), hurried)).rejects.toMatchObject({ errno: 1213 })
    expect(hurried.waits).toEqual([])
  })
})
