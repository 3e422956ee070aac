import { expect, test } from 'vitest'
import { parseManifests } from './manifests.ts'

test.each([
  ['12', 12],
  ['-1.5', -1.5],
  ['1e+21', 1e21],
  ['"7"', '7'],
  ['null', null],
  ['', null],
  ['true', true],
  ['"no"', 'no'],
  ['1234e567', '1234e567'],
  ['0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae', '0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae'],
  ['12345678901234567890', Number('12345678901234567890')],
  ['2000000000000000000', 2e18],
  ['|\n  12\n', '12\n'],
  ['{}', {}],
  ['[]', []],
])('%j is %j', (text, value) => {
  expect(parseManifests(`a: ${text}\n`)).toEqual([{ a: value }])
})

test('an integer that JavaScript would change is refused, and named', () => {
  expect(() => parseManifests('a: 1234567890123456789\n')).toThrow('the number 1234567890123456789 cannot')
})

test('empty documents are left out, broken ones are an error', () => {
  expect(parseManifests('---\n---\na: 1\n')).toEqual([{ a: 1 }])
  expect(() => parseManifests('a: [')).toThrow()
})

test('no key reaches a prototype', () => {
  expect(() => parseManifests('metadata:\n  __proto__: {polluted: true}\n')).toThrow('__proto__')
  const [object] = parseManifests('constructor: {prototype: {polluted: true}}\n')
  expect(Object.hasOwn(object ?? {}, 'constructor')).toBe(true)
  expect({}).not.toHaveProperty('polluted')
})
