import { expect, test } from 'vitest'
import { eventCorrelation } from './event-correlation.ts'

const at = (clock: { now: number }) => {
  const correlation = eventCorrelation(() => clock.now)
  return (message: string, type: 'Normal' | 'Warning' = 'Normal') => {
    const { key, verdict } = correlation.judge({ object: 'Ingress u1', type, reason: 'Reason', message })
    if (verdict.kind === 'post') correlation.remember(key, { name: key, count: 1, message: verdict.message })
    if (verdict.kind === 'count') correlation.remember(key, verdict.recorded)
    return verdict.kind === 'count' ? `count ${verdict.recorded.count}` : verdict.kind
  }
}

test('the same event again is counted, 25 in all, then one in five minutes', () => {
  const clock = { now: 0 }
  const judge = at(clock)
  const kinds = Array.from({ length: 27 }, () => judge('same'))
  expect(kinds.slice(0, 3)).toEqual(['post', 'count 2', 'count 3'])
  expect(kinds.slice(24)).toEqual(['count 25', 'drop', 'drop'])
  expect(judge('same', 'Warning')).toBe('post')
  clock.now = 300_000
  expect([judge('same'), judge('same')]).toEqual(['count 26', 'drop'])
})

test('the tenth different message stands for all that follow', () => {
  const correlation = eventCorrelation(() => 0)
  const judge = (message: string) => {
    const { key, verdict } = correlation.judge({ object: 'Ingress u1', type: 'Warning', reason: 'Failed', message })
    if (verdict.kind === 'post') correlation.remember(key, { name: key, count: 1, message: verdict.message })
    return verdict
  }
  for (let i = 1; i < 10; i++) expect(judge(`fault ${i}`)).toEqual({ kind: 'post', message: `fault ${i}` })
  expect(judge('fault 10')).toEqual({ kind: 'post', message: '(combined from similar events): fault 10' })
  expect(judge('fault 11')).toMatchObject({
    kind: 'count',
    recorded: { count: 2, message: expect.stringContaining('fault 11') },
  })
})
