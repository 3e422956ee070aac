import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pace } from './pace.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('looks at once, then rarer and rarer up to a limit', () => {
  const due = pace(1_000, 2_000)
  const looks: number[] = []
  for (let second = 0; second <= 10; second += 0.5) {
    if (due()) looks.push(second)
    vi.advanceTimersByTime(500)
  }
  expect(looks).toEqual([0, 1, 2.5, 4.5, 6.5, 8.5])
})
