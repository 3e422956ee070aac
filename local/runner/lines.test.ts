import { expect, test } from 'vitest'
import { createLines } from './lines.ts'

const cut = (...chunks: (string | Buffer)[]) => {
  const lines: string[] = []
  const reader = createLines((line) => lines.push(line))
  for (const chunk of chunks) reader.write(Buffer.from(chunk))
  reader.end()
  return lines
}

test.each([
  [['a\nb\n'], ['a', 'b']],
  [['a\n\nb'], ['a', '', 'b']],
  [['a\r\nb\rc'], ['a', 'b', 'c']],
  [
    ['a\r', '\nb'],
    ['a', 'b'],
  ],
  [
    ['a\r', 'b'],
    ['a', 'b'],
  ],
  [['a\r'], ['a']],
  [
    ['he', 'llo\nwo', 'rld'],
    ['hello', 'world'],
  ],
])('%j', (chunks, lines) => {
  expect(cut(...chunks)).toEqual(lines)
})

test('keeps a character that two chunks share', () => {
  const sushi = Buffer.from('🍣\n')
  expect(cut(sushi.subarray(0, 2), sushi.subarray(2))).toEqual(['🍣'])
})
