import { expect, test } from 'vitest'
import { workMemory } from './work-memory.ts'

test('work is due when it is new or changed, and failed work again after 5 ms, 10 ms, 20 ms', () => {
  let now = 0
  const memory = workMemory(() => now)
  expect(memory.isDue('a', '1')).toBe(true)
  memory.keep('a', '1', 'done')
  expect([memory.isDue('a', '1'), memory.isDue('a', '2'), memory.nextRetry()]).toEqual([false, true, undefined])

  for (const delay of [5, 10, 20]) {
    memory.keep('a', '2', 'failed')
    expect([memory.isDue('a', '2'), memory.nextRetry()]).toEqual([false, delay])
    now += delay
    expect(memory.isDue('a', '2')).toBe(true)
  }
  memory.keep('a', '2', 'done')
  expect(memory.nextRetry()).toBeUndefined()
})

test('what is gone is forgotten', () => {
  const memory = workMemory(() => 0)
  memory.keep('a', '1', 'failed')
  memory.retain(new Set())
  expect([memory.isDue('a', '1'), memory.nextRetry()]).toEqual([true, undefined])
})
