import { describe, expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import {
  type Claim,
  commentClaim,
  type Deployed,
  deployClaims,
  type Removed,
  type Repeated,
  removedClaims,
  repeatClaims,
} from './claims.ts'

const untrue = (claims: Claim[]) => claims.filter(({ found }) => found !== undefined)
const sha = samples.live.commit
const expectedUrl = samples.live.apps[0]?.url ?? ''

describe('a deploy', () => {
  const good: Deployed = {
    said: { exit: 0, leaks: [], report: samples.live },
    sha,
    expectedUrl,
    visit: { status: 200, commit: sha },
    slack: `app1: ${expectedUrl}`,
  }

  test('is true when all is as said', () => {
    expect(untrue(deployClaims(good))).toEqual([])
  })

  test.each<[string, Partial<Deployed>, string]>([
    ['the step failed', { said: { ...good.said, exit: 1 } }, 'exit code 1'],
    ['a secret in the log', { said: { ...good.said, leaks: ['token'] } }, '1 secrets'],
    ['another URL', { expectedUrl: 'http://other.test', slack: 'http://other.test' }, 'http://other.test'],
    ['another commit answers', { visit: { status: 200, commit: 'abc' } }, 'x-commit: abc'],
    ['an error answers', { visit: { status: 503, commit: sha } }, '503'],
    ['nobody answers', { visit: { error: 'refused' } }, 'no answer: refused'],
    ['a check failed', { said: { ...good.said, report: samples.liveButSmokeFails } }, 'failed'],
    ['Slack says nothing', { slack: '' }, 'no message'],
  ])('%s', (_, change, found) => {
    const wrong = untrue(deployClaims({ ...good, ...change }))
    expect(wrong).toHaveLength(1)
    expect(wrong[0]?.found).toContain(found)
  })
})

describe('the comment', () => {
  const comment = { id: 1, body: '✅ live abc\n\nmore' }

  test('is one, says it, and stays the same one', () => {
    expect(commentClaim([comment], ['live', 'abc'], undefined)).not.toHaveProperty('found')
    expect(commentClaim([comment], ['live'], comment)).not.toHaveProperty('found')
  })

  test.each([
    ['none', [], 'no comment'],
    ['two', [comment, { ...comment, id: 2 }], 'comment 1: ✅ live abc; comment 2: ✅ live abc'],
    ['another one', [{ ...comment, id: 2 }], 'comment 2: ✅ live abc'],
    ['another commit', [{ ...comment, body: 'live' }], 'comment 1: live'],
  ])('%s', (_, comments, found) => {
    expect(commentClaim(comments, ['live', 'abc'], comment).found).toBe(found)
  })
})

describe('the same again', () => {
  const unchanged = samples.live.changes.map((change) => ({ ...change, action: 'unchanged' }))
  const good: Repeated = {
    said: { exit: 0, leaks: [], report: { ...samples.live, changes: unchanged } },
    before: ['Service/a 1', 'a.test A'],
    after: ['Service/a 1', 'a.test A'],
  }

  test('is true when nothing moved', () => {
    expect(untrue(repeatClaims(good))).toEqual([])
  })

  test.each<[string, Partial<Repeated>, string]>([
    ['the action wrote', { said: { ...good.said, report: samples.live } }, 'configured'],
    ['an object moved', { after: ['Service/a 2', 'a.test A'] }, 'Service/a 2, Service/a 1'],
    ['a record went', { after: ['Service/a 1'] }, 'a.test A'],
    ['nothing was looked at', { before: [], after: [] }, 'nothing to compare'],
  ])('%s', (_, change, found) => {
    const wrong = untrue(repeatClaims({ ...good, ...change }))
    expect(wrong).toHaveLength(1)
    expect(wrong[0]?.found).toContain(found)
  })
})

describe('a removal', () => {
  const good: Removed = {
    said: { exit: 0, leaks: [], report: samples.removed },
    left: [],
    address: undefined,
    visit: { status: 404, commit: undefined },
  }

  test('is true when nothing is left and nobody answers', () => {
    expect(untrue(removedClaims(good))).toEqual([])
    expect(untrue(removedClaims({ ...good, visit: { error: 'refused' } }))).toEqual([])
  })

  test.each<[string, Partial<Removed>, string]>([
    ['the receipt has a line that is there', { said: { ...good.said, report: samples.notRemoved } }, 'Ingress/'],
    ['no receipt', { said: { ...good.said, report: { ...samples.removed, receipt: [] } } }, 'an empty receipt'],
    ['something is left', { left: ['Service/a'] }, 'Service/a'],
    ['the name resolves', { address: '10.0.0.1' }, '10.0.0.1'],
    ['a page answers', { visit: { status: 200, commit: undefined } }, '200'],
    ['the app answers', { visit: { status: 404, commit: sha } }, '404'],
  ])('%s', (_, change, found) => {
    const wrong = untrue(removedClaims({ ...good, ...change }))
    expect(wrong).toHaveLength(1)
    expect(wrong[0]?.found).toContain(found)
  })
})
