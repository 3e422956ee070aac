import { expect, test } from 'vitest'
import { filled, filledJson, filledPath } from './placeholders.ts'

const known = { marker: 'check-1', json: { id: 7, job: { name: 'a/../b?c#d' }, list: ['first'], none: null } }

test('a value becomes one segment of the path', () => {
  expect(filledPath('/jobs/{json.id}?by={marker}', known)).toBe('/jobs/7?by=check-1')
  const { host, pathname } = new URL(filledPath('/{json.job.name}/x', known), 'https://app.example')
  expect([host, pathname]).toEqual(['app.example', '/a%2F..%2Fb%3Fc%23d/x'])
})

test('a whole value keeps its kind, a part of a text becomes text', () => {
  const body = {
    id: '{json.id}',
    text: 'no. {json.id} of {marker}',
    deep: [{ first: '{json.list.0}' }],
    kept: '{ id }',
  }
  expect(filledJson(body, known)).toEqual({
    id: 7,
    text: 'no. 7 of check-1',
    deep: [{ first: 'first' }],
    kept: '{ id }',
  })
})

test.each(['{json.nothing}', '{json.none}', '{json.id.more}', '{json.constructor.name}'])(
  '%s is no value of the answer',
  (text) => {
    expect(() => filled(text, known)).toThrow('the answer has no JSON value at')
  },
)

test('several values are none', () => {
  expect(() => filled('{json.list}', known)).toThrow('is not one value but several')
})

test('without an answer in JSON there is nothing to refer to', () => {
  expect(() => filled('{json.id}', { marker: 'x' })).toThrow('no JSON value at id')
})
