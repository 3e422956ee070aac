import { expect, test } from 'vitest'
import { bearerFrom } from './bearer.ts'

const counting = (maxAge?: number) => {
  let made = 0
  return bearerFrom(async () => `token ${++made}`, maxAge)
}

test('keeps a token until it is told to renew it', async () => {
  const bearer = counting()
  expect([await bearer(false), await bearer(false), await bearer(true), await bearer(false)]).toEqual([
    'token 1',
    'token 1',
    'token 2',
    'token 2',
  ])
})

test('makes one at a time', async () => {
  const bearer = counting()
  expect(await Promise.all([bearer(false), bearer(true), bearer(true)])).toEqual(['token 1', 'token 1', 'token 1'])
})

test('makes a new one when it is too old', async () => {
  const bearer = counting(-1)
  expect([await bearer(false), await bearer(false)]).toEqual(['token 1', 'token 2'])
})
