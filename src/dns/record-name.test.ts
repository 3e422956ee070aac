import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromRoute53, sortKey, toRoute53 } from './record-name.ts'

test.each([
  ['Preview.Test.', 'preview.test', 'preview.test.'],
  ['\\052.preview.test.', '*.preview.test', '\\052.preview.test.'],
  ['_eks-preview.a.test.', '_eks-preview.a.test', '_eks-preview.a.test.'],
  ['a\\056b.test.', 'a\\056b.test', 'a\\056b.test.'],
  ['a\\134b.test.', 'a\\134b.test', 'a\\134b.test.'],
  ['caf\\303\\251.test.', 'caf\\303\\251.test', 'caf\\303\\251.test.'],
  ['a\\040b.test.', 'a\\040b.test', 'a\\040b.test.'],
  ['\\100.test', '@.test', '\\100.test.'],
])('%s is %s', (stored, name, sent) => {
  expect(fromRoute53(stored)).toBe(name)
  expect(toRoute53(name)).toBe(sent)
})

test('any name of ASCII characters comes back as it was sent', () => {
  const label = fc.stringMatching(/^[!-,/-[\]-`{-~a-z0-9_-]{1,20}$/).map((text) => text.toLowerCase())
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (labels) => {
      const name = labels.join('.')
      expect(fromRoute53(toRoute53(name))).toBe(name)
    }),
  )
})

test('sorts as a listing does: by labels from the right, each with its dot', () => {
  const names = ['a.test', 'a-b.test', '_x.a.test', 'test', 'b.test', '*.test', '_x.a-b.test']
  expect(names.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))).toEqual([
    'test',
    '*.test',
    'a-b.test',
    '_x.a-b.test',
    'a.test',
    '_x.a.test',
    'b.test',
  ])
})
