import { expect, test } from 'vitest'
import { warningsOf } from './warning-header.ts'

test.each([
  [undefined, []],
  ['299 - "use apps/v1"', ['use apps/v1']],
  ['299 - "say \\"hi\\" \\\\ twice"', ['say "hi" \\ twice']],
  ['299 - "one, with a comma", 299 kube "two"', ['one, with a comma', 'two']],
  ['299 - "old" "Sat, 21 Nov 2026 10:00:00 GMT"', ['old']],
  [
    ['299 - "a"', '299 - "b"'],
    ['a', 'b'],
  ],
  [Buffer.from('299 - "größer"').toString('latin1'), ['größer']],
  ['not a warning', []],
])('%j', (header, warnings) => {
  expect(warningsOf(header)).toEqual(warnings)
})
