import { describe, expect, test } from 'vitest'
import type { Expectation } from '../check-kinds.ts'
import { expectedOf, followsRedirects, mismatch } from './expectation.ts'

const answer = (status: number, body: unknown = '') => ({
  said: 'GET /x',
  status,
  headers: new Headers(),
  text: typeof body === 'string' ? body : JSON.stringify(body),
})
const against = (expect: Expectation | undefined, status: number, body?: unknown) =>
  mismatch(answer(status, body), expectedOf(expect, { marker: 'check-1', json: { id: 7 } }))

describe('what is as expected', () => {
  test.each<[Expectation | undefined, number, unknown]>([
    [undefined, 204, ''],
    [201, 201, ''],
    [{ status: [200, 201] }, 201, ''],
    [{ text: 'hello {marker}' }, 200, 'why, hello check-1!'],
    [{ json: { id: '{json.id}' } }, 200, { id: 7, more: true }],
    [{ json: { items: [{ name: '{marker}' }] } }, 200, { items: [{ name: 'old' }, { name: 'check-1', id: 2 }] }],
    [{ json: { gone: null } }, 200, { gone: null }],
    [{ json: [] }, 200, [1]],
  ])('%j: %i %j', (expected, status, body) => expect(against(expected, status, body)).toBeUndefined())
})

describe('what is not is told', () => {
  test.each<[Expectation | undefined, number, unknown, string]>([
    [undefined, 302, '', 'answered 302, success (2xx) was expected'],
    [201, 200, '', 'answered 200, 201 was expected'],
    [{ status: [200, 204] }, 500, '', 'answered 500, 200 or 204 was expected'],
    [{ text: 'hello' }, 200, 'bye', 'answered 200 without the text "hello"'],
    [{ json: {} }, 200, '<html>', 'answered 200 with something that is not JSON'],
    [
      { json: { job: { state: 'done' } } },
      200,
      { job: { state: 'queued' } },
      'answered 200 with "queued" at job.state, "done" was expected',
    ],
    [{ json: { id: '{json.id}' } }, 200, { id: '7' }, 'answered 200 with "7" at id, 7 was expected'],
    [{ json: { a: 1 } }, 200, {}, 'answered 200 with nothing at a, 1 was expected'],
    [{ json: { constructor: {} } }, 200, {}, 'answered 200 with nothing at constructor, an object was expected'],
    [{ json: { list: [{ a: 2 }] } }, 200, { list: [{ a: 1 }] }, 'answered 200 with a list at list without {"a":2}'],
    [{ json: { list: [] } }, 200, { list: {} }, 'answered 200 with {} at list, a list was expected'],
  ])('%j: %i %j', (expected, status, body, told) => expect(against(expected, status, body)).toBe(told))
})

test('a redirect that is expected is the answer, any other is followed', () => {
  expect(followsRedirects({ statuses: [302] })).toBe(false)
  expect(followsRedirects({ statuses: [] })).toBe(true)
  expect(followsRedirects({ statuses: [200] })).toBe(true)
})
