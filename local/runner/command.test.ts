import { describe, expect, test } from 'vitest'
import { parseCommand } from './command.ts'

const KNOWN = new Set(['error', 'warning', 'add-mask', 'group', 'stop-commands'])
const parse = (line: string) => parseCommand(line, (name) => KNOWN.has(name))

describe('lines the runner obeys', () => {
  test.each([
    ['::error::broken', { name: 'error', properties: {}, data: 'broken' }],
    ['  \t::error::indented still counts', { name: 'error', properties: {}, data: 'indented still counts' }],
    ['::ERROR::any case', { name: 'error', properties: {}, data: 'any case' }],
    ['::error file=a.ts,line=3::x', { name: 'error', properties: { file: 'a.ts', line: '3' }, data: 'x' }],
    ['::error title=a%3Ab%2Cc%25::x', { name: 'error', properties: { title: 'a:b,c%' }, data: 'x' }],
    ['::error file=,line=1::x', { name: 'error', properties: { line: '1' }, data: 'x' }],
    ['::warning::a%0Ab%0D%250A', { name: 'warning', properties: {}, data: 'a\nb\r%0A' }],
    ['::warning::a::b', { name: 'warning', properties: {}, data: 'a::b' }],
    ['::group::', { name: 'group', properties: {}, data: '' }],
    ['##[error]x', { name: 'error', properties: {}, data: 'x' }],
    ['pod log says ##[error]x', { name: 'error', properties: {}, data: 'x' }],
    ['a branch/##[add-mask]e', { name: 'add-mask', properties: {}, data: 'e' }],
    ['##[error file=a;line=2]x%5Dy%3Bz', { name: 'error', properties: { file: 'a', line: '2' }, data: 'x]y;z' }],
    [
      '::nothing::##[error]second grammar is still tried',
      { name: 'error', properties: {}, data: 'second grammar is still tried' },
    ],
  ])('%j', (line, command) => {
    expect(parse(line)).toEqual(command)
  })
})

test.each([
  '',
  'text ::error::not at the start',
  '::error',
  '::error:x',
  '::',
  '::::',
  ': :error::x',
  '::unknown::x',
  '##[error',
  '##[]x',
  '## [error]x',
  '##[unknown]x ##[error]only the first bracket counts',
  '# #[error]x',
])('leaves %j as text', (line) => {
  expect(parse(line)).toBeUndefined()
})
