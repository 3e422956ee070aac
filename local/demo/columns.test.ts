import { styleText } from 'node:util'
import { expect, test } from 'vitest'
import { columns, widthOf, wrap } from './columns.ts'

const bold = (text: string) => styleText('bold', text, { validateStream: false })

test('a width is what a terminal shows', () => {
  expect(widthOf('feature/🍣-login')).toBe(16)
  expect(widthOf('✅ live')).toBe(7)
  expect(widthOf('👩‍💻')).toBe(2)
  expect(widthOf('✓ 1 · é')).toBe(7)
  expect(widthOf(bold('abc'))).toBe(3)
})

test('lines break between words, never within one', () => {
  expect(wrap('one two three', 8)).toEqual(['one two', 'three'])
  expect(wrap('see http://a.preview.localhost:8080/ now', 10)).toEqual([
    'see',
    'http://a.preview.localhost:8080/',
    'now',
  ])
  expect(wrap('one\n\ntwo', 8)).toEqual(['one', '', 'two'])
  expect(wrap('  one two three', 9)).toEqual(['  one two', '    three'])
})

test('columns line up, whatever is in the cells', () => {
  const rows = [
    ['App', 'Preview', 'Time'],
    ['🍣', bold('Open'), '1.0 s'],
    ['app1', '', '12.5 s'],
  ]
  expect(columns(rows, ['left', 'left', 'right'])).toEqual([
    'App    Preview     Time',
    `🍣     ${bold('Open')}       1.0 s`,
    'app1             12.5 s',
  ])
  expect(columns([])).toEqual([])
})
