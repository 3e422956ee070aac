import { expect, test } from 'vitest'
import { parseManifests } from './manifests.ts'

test('a number that JavaScript cannot hold stays as written', () => {
  const [object] = parseManifests('a: 1234e567\nb: 12345678901234567890\nc: 12\nd: 1.5\ne: "7"\nf: 2024-01-01\ng: no\n')
  expect(object).toEqual({ a: '1234e567', b: '12345678901234567890', c: 12, d: 1.5, e: '7', f: '2024-01-01', g: 'no' })
})

test('empty documents are left out, broken ones are an error', () => {
  expect(parseManifests('---\n---\na: 1\n')).toEqual([{ a: 1 }])
  expect(() => parseManifests('a: [')).toThrow()
})
