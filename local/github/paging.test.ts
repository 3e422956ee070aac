import { expect, test } from 'vitest'
import { page } from './paging.ts'

const items = (count: number) => [...Array(count).keys()]
const at = (query: string, count: number) => page(items(count), new URL(`http://x/list?${query}`))
const links = (query: string, count: number) =>
  Object.fromEntries(
    [...(at(query, count).headers.link ?? '').matchAll(/page=(\d+)>; rel="(\w+)"/g)].map(([, number, rel]) => [
      rel,
      Number(number),
    ]),
  )

test.each([
  ['per_page=2&page=1', 5, { next: 2, last: 3 }],
  ['per_page=2&page=2', 5, { prev: 1, next: 3, last: 3, first: 1 }],
  ['per_page=2&page=3', 5, { prev: 2, first: 1 }],
  ['per_page=2&page=9', 5, { prev: 3, first: 1 }],
  ['per_page=5', 5, {}],
  ['per_page=5', 0, {}],
  ['', 31, { next: 2, last: 2 }],
  ['per_page=1000', 101, { next: 2, last: 2 }],
])('%s of %i', (query, count, expected) => {
  expect(links(query, count)).toEqual(expected)
})

test('keeps the rest of the query', () => {
  expect(at('state=all&per_page=1', 2).headers.link).toContain(
    '<http://x/list?state=all&per_page=1&page=2>; rel="next"',
  )
})

test.each([
  ['per_page=2&page=2', [2, 3]],
  ['per_page=2&page=3', [4]],
  ['per_page=2&page=9', []],
  ['per_page=0', [0]],
])('%s holds %j', (query, expected) => {
  expect(at(query, 5).items).toEqual(expected)
})
