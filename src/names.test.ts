import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { environmentOf, hostOf, nameProblems, recordName } from './names.ts'

const owner = (branch: string, repositoryId = 7) => ({ repository: 'acme/shop', repositoryId, branch })

describe('the id', () => {
  // The frozen v1 contract: anybody can compute it with `printf %s BRANCH | md5sum`.
  test.each([
    ['feature/login', '346e50ff9c5f4172807b918218604cbe'],
    ['main', 'fad58de7366495db4650cfefac2fcd61'],
    ['feature/🍣-login', '0b04c8445305756d60a4d506c7acd2fb'],
  ])('of %s', (branch, id) => expect(environmentOf(owner(branch), true).id).toBe(id))

  test('tells case, slashes and hyphens apart', () => {
    const ids = ['Feature/A', 'feature/a', 'feature-a', 'feature/a '].map(
      (branch) => environmentOf(owner(branch), true).id,
    )
    expect(new Set(ids).size).toBe(4)
  })

  test('of one branch in two repositories differs where an install serves several', () => {
    expect(environmentOf(owner('main', 1), false).id).not.toBe(environmentOf(owner('main', 2), false).id)
    expect(environmentOf(owner('main', 1), true).id).toBe(environmentOf(owner('main', 2), true).id)
  })

  test('makes names that DNS and Kubernetes accept, for any branch', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 250 }), (branch) => {
        const { id, short } = environmentOf(owner(branch), true)
        expect(id).toMatch(/^[0-9a-f]{32}$/)
        expect(short).toBe(id.slice(0, 12))
        const host = hostOf('{id}-{app}.{domain}', { id, app: 'a'.repeat(30), pr: 1, domain: 'preview.example.com' })
        expect(host).toMatch(/^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/)
      }),
      { numRuns: 2000 },
    )
  })
})

test('a record can never have the name of a suffixed object: it holds dots', () => {
  expect(recordName(environmentOf(owner('main'), true))).toBe('eks-preview.fad58de73664.7')
})

describe('the host', () => {
  const parts = { id: 'a'.repeat(32), app: 'web', pr: 12, domain: 'preview.example.com' }
  test('fills its template', () => {
    expect(hostOf('pr-{pr}-{app}.{domain}', parts)).toBe('pr-12-web.preview.example.com')
  })
  test('is refused when a label is too long, with the fix', () => {
    const long = { ...parts, app: 'w'.repeat(31) }
    expect(() => hostOf('{id}-{app}.{domain}', long)).toThrow('too long')
  })
})

test.each([
  ['Service', 63],
  ['StatefulSet', 52],
  ['CronJob', 52],
  ['Deployment', 253],
])('%s names may have %i characters', (kind, most) => {
  expect(nameProblems([{ kind, name: 'a'.repeat(most) }])).toEqual([])
  const [problem] = nameProblems([{ kind, name: 'a'.repeat(most + 2) }])
  expect(problem?.hint).toBe('shorten its name by 2')
})
