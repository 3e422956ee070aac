import { expect, test } from 'vitest'
import { errorChain } from './error-chain.ts'
import { clock } from './progress.ts'

test.each([
  [0, '00:00'],
  [59_400, '00:59'],
  [80_000, '01:20'],
  [3_600_000, '60:00'],
])('%i ms is %s', (ms, text) => {
  expect(clock(ms)).toBe(text)
})

test('an error is told with all its causes', () => {
  const error = new Error('no cluster', { cause: new Error('no answer', { cause: 'cable' }) })
  expect(errorChain(error)).toBe('no cluster\n  because: no answer\n  because: cable')
})
