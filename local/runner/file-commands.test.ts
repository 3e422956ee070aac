import { expect, test } from 'vitest'
import { parseFileCommands } from './file-commands.ts'

test.each([
  ['', {}],
  ['a=1\n\nb=2\n', { a: '1', b: '2' }],
  ['a=1\na=2\n', { a: '2' }],
  ['a=\n', { a: '' }],
  ['a=b=c<<d\n', { a: 'b=c<<d' }],
  ['a<<E\none\ntwo\nE\nb=3\n', { a: 'one\ntwo', b: '3' }],
  ['a<<E\nE\n', { a: '' }],
  ['a<<E\nb=1\n::error::x\nE', { a: 'b=1\n::error::x' }],
  ['a<<=E=\n1\n=E=\n', { a: '1' }],
  ['a<<E\none\r\nE\n', { a: 'one\r' }],
])('%j', (text, values) => {
  expect(parseFileCommands(text)).toEqual(values)
})

test.each([
  ['words\n', "Invalid format 'words'"],
  ['=1\n', "Invalid format '=1'. Name must not be empty"],
  ['a<<\n', "Invalid format 'a<<'"],
  ['<<E\nE\n', "Invalid format '<<E'. Name must not be empty"],
  ['a<<E\none\n', "Invalid value. Matching delimiter not found 'E'"],
])('refuses %j', (text, message) => {
  expect(() => parseFileCommands(text)).toThrow(message)
})
