import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { parallel } from './parallel.ts'

test('results in the order of the items, never more than the limit at once', async () => {
  let running = 0
  let most = 0
  const results = await parallel([5, 1, 4, 2, 3, 0], 3, async (item) => {
    most = Math.max(most, ++running)
    await sleep(item)
    running--
    return item * 2
  })
  expect(results).toEqual([10, 2, 8, 4, 6, 0])
  expect(most).toBe(3)
})

test('after a failure nothing is begun, and what was begun has ended', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const failing = parallel([0, 1, 2, 3, 4], 2, async (item) => {
    begun.push(item)
    if (item === 0) throw new Error('no')
    await sleep(5)
    ended.push(item)
  })
  await expect(failing).rejects.toThrow('no')
  expect(begun).toEqual([0, 1])
  expect(ended).toEqual([1])
})
