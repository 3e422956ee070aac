import { expect, test } from 'vitest'
import { isCommit, shownCommit } from './shown-commit.ts'

const answer = (text: string, headers: Record<string, string> = {}) => ({
  said: 'GET /healthz',
  status: 200,
  headers: new Headers(headers),
  text,
})

test.each([
  ['a header', answer('', { 'X-Commit': ' ABC1234 ' }), { header: 'x-commit' }],
  ['JSON', answer('{"commit":"abc1234"}'), { path: 'commit' }],
  ['JSON below', answer('{"build":{"git":"abc1234"}}'), { path: 'build.git' }],
])('is read from %s', (_, from, marker) => {
  expect(shownCommit(from, marker)).toBe('abc1234')
})

test.each([
  ['no header', answer(''), { header: 'x-commit' }, 'without a header x-commit'],
  ['no such key', answer('{"build":{}}'), { path: 'build.git' }, 'without a JSON value at build.git'],
  ['a number', answer('{"commit":1234567}'), { path: 'commit' }, 'without a JSON value at commit'],
  ['a key every object has', answer('{}'), { path: 'constructor.name' }, 'without a JSON value'],
  ['null', answer('null'), { path: 'commit' }, 'without a JSON value at commit'],
  ['HTML', answer('<html>'), { path: 'commit' }, 'something that is not JSON'],
])('%s is told', (_, from, marker, message) => {
  expect(() => shownCommit(from, marker)).toThrow(message)
})

test.each([
  ['9f1c2a7b04de', true],
  ['9f1c2a7', true],
  ['9f1c2a', false],
  ['', false],
  ['9f1c2a8', false],
])('%j names the commit: %s', (shown, named) => {
  expect(isCommit('9f1c2a7b04de5566778899aabbccddeeff001122', shown)).toBe(named)
})
