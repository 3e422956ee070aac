import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expandNames } from './names.ts'

test.each([
  ['one', ['one']],
  ['one,two', ['one', 'two']],
  [' one ,\n\n two\r\n', ['one', 'two']],
  ['preview_{01..03}', ['preview_01', 'preview_02', 'preview_03']],
  ['p{8..9}x, q{099..101}', ['p8x', 'p9x', 'q099', 'q100', 'q101']],
  ['Preview-{1..1}', ['Preview-1']],
])('%j is %j', (text, names) => {
  expect(expandNames(text)).toEqual(names)
})

test.each([
  ['', 'no database is named'],
  [' ,\n', 'no database is named'],
  ['1st', '"1st" must begin with a letter'],
  ['a b', '"a b" must begin with a letter'],
  ['`;DROP DATABASE x', 'must begin with a letter'],
  ["a'--", 'must begin with a letter'],
  ['a'.repeat(33), 'at most 31'],
  ['a,b,a', '"a" is named more than once'],
  ['preview,Preview', '"preview" is named more than once'],
  ['p{01..03},p02', '"p02" is named more than once'],
  ['p{1..10}', 'equally long'],
  ['p{03..01}', 'in order'],
  ['p{a..b}', 'equally long'],
  ['p{}', 'equally long'],
  ['p{01..02}{01..02}', 'one range'],
  ['p{01..02', 'one range'],
  ['{01..02}', 'must begin with a letter'],
  ['p{000000000..999999999}', 'more than 500'],
  ['p{001..251},q{001..250}', 'more than 500'],
  ['mysql', 'database servers use themselves'],
  ['pg_mine', 'database servers use themselves'],
  ['EKS_Preview', 'database servers use themselves'],
])('%j is refused', (text, problem) => {
  expect(() => expandNames(text)).toThrow(problem)
})

test('every problem is told at once', () => {
  expect(() => expandNames('1st,a,a,p{3..1}')).toThrow(/"p\{3\.\.1\}".*"1st".*"a" is named more than once/)
})

test('500 are not too many', () => {
  expect(expandNames('p{001..500}')).toHaveLength(500)
})

const name = fc.stringMatching(/^x[a-z0-9_-]{0,20}$/)

test('names that are listed come back as they were, in their order', () => {
  const lists = fc.uniqueArray(name, { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(lists, fc.constantFrom(',', '\n', ' , '), (all, comma) => {
      expect(expandNames(all.join(comma))).toEqual(all)
    }),
  )
})

test('a range has every number between its ends once, all of one length and in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 499 }), (from, more) => {
      const ends = [from, from + more].map((end) => String(end).padStart(4, '0'))
      const names = expandNames(`p${`{${ends.join('..')}}`}`)
      expect(names.map((each) => Number(each.slice(1)))).toEqual(Array.from({ length: more + 1 }, (_, at) => from + at))
      expect(names.toSorted()).toEqual(names)
    }),
  )
})

test('whatever is written, the answer is usable names or an error', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'B', '0', '1', '{', '}', '.', '..', ',', '_', '`', '\n') }),
      (text) => {
        let names: string[]
        try {
          names = expandNames(text)
        } catch (error) {
          expect((error as Error).message).toContain('not usable')
          return
        }
        expect(names.length).toBeGreaterThan(0)
        expect(new Set(names).size).toBe(names.length)
        for (const each of names) expect(each).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/)
      },
    ),
    { numRuns: 2000 },
  )
})
