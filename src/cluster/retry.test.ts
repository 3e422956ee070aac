import { describe, expect, test } from 'vitest'
import { type Failure, isTls, mayHaveLanded, retryDelay } from './retry.ts'

const delay = (failure: Failure, more: Partial<Parameters<typeof retryDelay>[1]> = {}) =>
  retryDelay(failure, { tries: 1, elapsed: 0, random: 1, now: 0, ...more })
const answer = (status: number, message = '', retryAfter?: string): Failure => ({ status, message, retryAfter })

describe('whether to try again', () => {
  test.each([
    [answer(429), true],
    [answer(502), true],
    [answer(503), true],
    [answer(504), true],
    [answer(500, 'etcdserver: leader changed'), true],
    [answer(500, 'rpc error: etcdserver: request timed out'), true],
    [answer(500, 'Internal error occurred: failed calling webhook "x": EOF'), true],
    [answer(500, 'conversion webhook for a.b/v1, Kind=C failed: EOF'), true],
    [answer(500, 'failed to create typed patch object'), false],
    [answer(400), false],
    [answer(403), false],
    [answer(404), false],
    [answer(409), false],
    [answer(410), false],
    [answer(422), false],
    [{ code: 'ECONNRESET' }, true],
    [{ code: 'EPIPE' }, true],
    [{ code: 'ETIMEDOUT' }, true],
    [{ code: 'ECONNREFUSED' }, true],
    [{ code: 'UND_ERR_SOCKET' }, true],
    [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, true],
    [{ code: 'HPE_INVALID_CONSTANT' }, true],
    [{ code: 'UND_ERR_INVALID_ARG' }, false],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, false],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, false],
    [{ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, false],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, false],
    [{ code: undefined }, false],
  ])('%j: %s', (failure, again) => {
    expect(delay(failure) !== undefined).toBe(again)
  })

  test('six tries; three when nothing takes the connection', () => {
    expect(delay(answer(503), { tries: 5 })).toBeDefined()
    expect(delay(answer(503), { tries: 6 })).toBeUndefined()
    expect(delay({ code: 'UND_ERR_CONNECT_TIMEOUT' }, { tries: 2 })).toBeDefined()
    expect(delay({ code: 'UND_ERR_CONNECT_TIMEOUT' }, { tries: 3 })).toBeUndefined()
  })

  test('a webhook that is down is given a minute, however many tries that is', () => {
    const down = answer(500, 'failed calling webhook "vingress.elbv2.k8s.aws"')
    expect(delay(down, { tries: 20, elapsed: 50_000 })).toBe(5_000)
    expect(delay(down, { tries: 20, elapsed: 59_000 })).toBeUndefined()
  })
})

describe('how long to wait', () => {
  test('full jitter from 0.2 to 5 s', () => {
    expect([1, 2, 3, 4, 5].map((tries) => delay(answer(503), { tries }))).toEqual([200, 400, 800, 1600, 3200])
    expect(delay(answer(500, 'failed calling webhook'), { tries: 9 })).toBe(5_000)
    expect(delay(answer(503), { tries: 5, random: 0 })).toBe(0)
  })

  test('Retry-After in seconds or as a date, at most 30 s, and never into the past', () => {
    const now = Date.parse('2026-11-21T10:00:00Z')
    const told = (header: string) => delay(answer(429, '', header), { random: 0, now })
    expect(told('3')).toBe(3_000)
    expect(told('3600')).toBe(30_000)
    expect(told('Sat, 21 Nov 2026 10:00:07 GMT')).toBe(7_000)
    expect(told('Sat, 21 Nov 2026 09:00:00 GMT')).toBe(0)
    expect(told('soon')).toBe(0)
  })
})

test('only what was sent may have been carried out', () => {
  const landed = [{ code: 'ECONNRESET' }, { code: 'ETIMEDOUT' }, answer(504), answer(500)]
  const not = [{ code: 'ECONNREFUSED' }, { code: 'UND_ERR_CONNECT_TIMEOUT' }, { code: 'CERT_HAS_EXPIRED' }, answer(429)]
  expect(landed.map(mayHaveLanded)).toEqual(landed.map(() => true))
  expect(not.map(mayHaveLanded)).toEqual(not.map(() => false))
})

test('a reset is no TLS error', () => {
  expect(isTls('ECONNRESET')).toBe(false)
  expect(isTls('CERT_HAS_EXPIRED')).toBe(true)
})
