import { expect, test } from 'vitest'
import { tokenBucket } from './token-bucket.ts'

test('allows a burst, then the refill, and never more than its capacity', () => {
  let now = 0
  const take = tokenBucket({ capacity: 3, refillPerSecond: 2 }, () => now)
  const burst = () => Array.from({ length: 5 }, take)
  expect(burst()).toEqual([true, true, true, false, false])
  now = 500
  expect(burst()).toEqual([true, false, false, false, false])
  now = 60_000
  expect(burst()).toEqual([true, true, true, false, false])
})
