import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { liveLog } from './live-log.ts'

test('each line is shown once, as soon as it is written, groups folded', () => {
  const shown: string[] = []
  const read = liveLog(
    (line) => shown.push(stripVTControlCharacters(line)),
    (title) => title === 'Apply',
  )
  const seen = ['##[group]Read', 'hidden', '##[endgroup]', '##[group]Apply', 'a', 'b', '##[endgroup]', '✅ live'].map(
    (line) => {
      read(line)
      return shown.length
    },
  )
  expect(shown).toEqual(['▸ Read', '▾ Apply', '  a', '  b', '✅ live'])
  expect(seen).toEqual([1, 1, 1, 2, 3, 4, 4, 5])
})
