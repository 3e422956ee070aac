import { expect, test } from 'vitest'
import { PrepareFailure, secretVeil, step } from './failure.ts'

const SECRET = 'p4ss/w"rd+with&signs'

test.each([
  ['as it is', SECRET],
  ['in a URL', encodeURIComponent(SECRET)],
  ['in JSON', JSON.stringify({ SECRET })],
  ['in base64', Buffer.from(SECRET).toString('base64')],
  ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
])('a secret is hidden %s', (_, text) => {
  const veil = secretVeil()
  veil.hide(SECRET)
  const shown = veil.text(`could not log in with ${text} at db`)
  expect(shown).toContain('***')
  expect(shown).toMatch(/^could not log in with .* at db$/)
  for (const part of ['p4ss', encodeURIComponent('/w"rd'), Buffer.from(SECRET).toString('base64').slice(0, 8)]) {
    expect(shown).not.toContain(part)
  }
})

test('a secret that is part of another is hidden with it', () => {
  const veil = secretVeil()
  veil.hide('abcd')
  veil.hide('abcdefgh')
  expect(veil.text('abcdefgh abcd')).toBe('*** ***')
})

test.each([
  [
    { code: 'ER_PARSE_ERROR', errno: 1064, message: 'no', sqlMessage: 'near x' },
    'DatabaseError',
    'Make it: ER_PARSE_ERROR (1064): near x',
  ],
  [{ code: '42601', message: 'syntax' }, 'DatabaseError', 'Make it: 42601: syntax'],
  [
    { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 10.0.0.1' },
    'Unreachable',
    'Make it: connect ECONNREFUSED 10.0.0.1',
  ],
  [
    { name: 'AccessDeniedException', message: 'not you', $metadata: {} },
    'AccessDeniedException',
    'Make it: AccessDeniedException: not you',
  ],
  [{ name: 'TimedOut', message: 'no answer' }, 'TimedOut', 'Make it: no answer'],
])('%o is told with its step', async (about, name, message) => {
  const cause = Object.assign(new Error(about.message), about)
  await expect(step('Make it', () => Promise.reject(cause))).rejects.toMatchObject({ name, message, cause })
})

test('what is told already stays as it is', async () => {
  const failure = new PrepareFailure('Busy', 'Lock it: busy')
  await expect(step('Outer', () => Promise.reject(failure))).rejects.toBe(failure)
})
