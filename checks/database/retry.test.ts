import { describe, expect, test } from 'vitest'
import { PrepareFailure, step } from './failure.ts'
import { isTransient, retrying } from './retry.ts'
import { ConnectionLost, TimedOut } from './session.ts'

/** As mysql2 throws it. */
const mysql = (code: string, errno: number): Error =>
  Object.assign(new Error(code), { code, errno, sqlState: 'HY000', sqlMessage: code })
/** As pg throws it. */
const postgres = (code: string): Error =>
  Object.assign(new Error(`error ${code}`), { name: 'error', severity: 'FATAL', code })
/** As Node.js throws it. */
const network = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code, errno: -111 })

describe('is tried again:', () => {
  test.each([
    mysql('ER_LOCK_WAIT_TIMEOUT', 1205),
    mysql('ER_LOCK_DEADLOCK', 1213),
    mysql('ER_OPTION_PREVENTS_STATEMENT', 1290),
    mysql('ER_READ_ONLY_MODE', 1836),
    postgres('40001'),
    postgres('40P01'),
    postgres('25006'),
    postgres('57P01'),
    postgres('57P03'),
    network('ECONNREFUSED'),
    network('ECONNRESET'),
    network('EPIPE'),
    network('ETIMEDOUT'),
    Object.assign(new Error('Connection lost'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }),
    new ConnectionLost('the connection to the server was lost'),
    new TimedOut('no answer within 30 s'),
  ])('%s', async (error) => {
    expect(isTransient(error)).toBe(true)
    // Also when it is the cause of what the step says.
    const told = await step('Lock t_01', () => Promise.reject(error)).catch((failure: unknown) => failure)
    expect(told).toBeInstanceOf(PrepareFailure)
    expect(isTransient(told)).toBe(true)
    expect(isTransient(new Error('outside', { cause: told }))).toBe(true)
  })
})

describe('is not:', () => {
  test.each([
    mysql('ER_ACCESS_DENIED_ERROR', 1045),
    mysql('ER_PARSE_ERROR', 1064),
    mysql('ER_SPECIFIC_ACCESS_DENIED_ERROR', 1227),
    postgres('28P01'),
    postgres('42601'),
    postgres('42501'),
    network('ENOTFOUND'),
    Object.assign(new Error('certificate'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
    Object.assign(new Error('no'), { name: 'AccessDeniedException', $metadata: {} }),
    new PrepareFailure('StaleGeneration', 'older', { generation: 5 }),
    new PrepareFailure('Busy', 'somebody else'),
    new PrepareFailure('SessionsRemain', 'still open'),
    new Error('ECONNRESET in a text is no code'),
    'ECONNRESET',
    undefined,
    null,
  ])('%s', (error) => {
    expect(isTransient(error)).toBe(false)
  })
})

describe('retrying', () => {
  const deadlock = mysql('ER_LOCK_DEADLOCK', 1213)
  type World = { left?: number; attempts?: number; random?: number }
  /** Time that only pauses use up. */
  const patience = ({ attempts = 5, left = 240_000, random = 1 }: World = {}) => {
    const pauses: number[] = []
    const log: string[] = []
    const timeLeft = () => left - pauses.reduce((sum, ms) => sum + ms, 0)
    const pause = async (ms: number) => void pauses.push(ms)
    return {
      attempts,
      timeLeft,
      pause,
      random: () => random,
      log: (line: string) => void log.push(line),
      pauses,
      lines: log,
    }
  }
  const failing = (errors: unknown[]) => {
    let calls = 0
    return {
      calls: () => calls,
      work: async () => {
        const error = errors[calls++]
        if (error) throw error
        return 'done'
      },
    }
  }

  test('answers what worked, and says what did not', async () => {
    const [with_, { calls, work }] = [patience(), failing([deadlock, network('ECONNRESET')])]
    expect(await retrying(work, with_)).toBe('done')
    expect(calls()).toBe(3)
    expect(with_.lines).toEqual(['attempt 1 of 5: ER_LOCK_DEADLOCK', 'attempt 2 of 5: connect ECONNRESET'])
  })

  test('ends with the last error after its attempts', async () => {
    const last = network('EPIPE')
    const [with_, { calls, work }] = [patience({ attempts: 3 }), failing([deadlock, deadlock, last, deadlock])]
    await expect(retrying(work, with_)).rejects.toBe(last)
    expect(calls()).toBe(3)
    expect(with_.pauses).toHaveLength(2)
  })

  test('does nothing again that would fail again', async () => {
    const denied = mysql('ER_ACCESS_DENIED_ERROR', 1045)
    const [with_, { calls, work }] = [patience(), failing([denied])]
    await expect(retrying(work, with_)).rejects.toBe(denied)
    expect(calls()).toBe(1)
    expect(with_.pauses).toEqual([])
  })

  test('waits twice as long every time, and no less than half of that', async () => {
    const errors = [deadlock, deadlock, deadlock, deadlock]
    const [long, short] = [patience({ random: 1 }), patience({ random: 0 })]
    await retrying(failing(errors).work, long)
    await retrying(failing(errors).work, short)
    expect(long.pauses).toEqual([500, 1000, 2000, 4000])
    expect(short.pauses).toEqual([250, 500, 1000, 2000])
  })

  test.each([
    [30_500, 2],
    [30_499, 1],
    [31_500, 3],
    [0, 1],
    [-1, 1],
  ])('with %i ms left makes %i attempts: half a minute is for the next one', async (left, attempts) => {
    const { calls, work } = failing(Array(9).fill(deadlock))
    await expect(retrying(work, patience({ left }))).rejects.toBe(deadlock)
    expect(calls()).toBe(attempts)
  })
})
