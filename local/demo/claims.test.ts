import { describe, expect, test } from 'vitest'
import { renderComment } from '../../src/report/comment.ts'
import type { Report } from '../../src/report/report.ts'
import { samples } from '../../test/report-samples.ts'
import {
  type Claim,
  checksClaim,
  commentClaim,
  type Deployed,
  deployClaims,
  failedStepClaim,
  type Removed,
  type Repeated,
  removedClaims,
  repeatClaims,
  rowsClaim,
} from './claims.ts'
import type { Visit } from './visit.ts'

const untrue = (claims: Claim[]) => claims.filter(({ found }) => found !== undefined)
const sha = samples.live.commit
const urls = samples.live.apps.flatMap(({ url }) => url ?? [])
const pagesWith = (visit: Visit) => urls.map((url) => ({ url, visit }))

describe('a deploy', () => {
  const good: Deployed = {
    said: { exit: 0, leaks: [], report: samples.live },
    sha,
    pages: pagesWith({ status: 200, commit: sha }),
    slack: urls.join('\n'),
  }

  test('is true when all is as said', () => {
    expect(untrue(deployClaims(good))).toEqual([])
  })

  test.each<[string, Partial<Deployed>, string]>([
    ['the step failed', { said: { ...good.said, exit: 1 } }, 'exit code 1'],
    ['a secret in the log', { said: { ...good.said, leaks: ['token'] } }, '1 secrets'],
    [
      'another URL',
      { pages: [{ url: 'http://a.test', visit: { status: 200, commit: sha } }], slack: 'http://a.test' },
      'http://a.test',
    ],
    [
      'another commit at one of them',
      { pages: [...good.pages.slice(1), ...pagesWith({ status: 200, commit: 'abc' }).slice(0, 1)].toReversed() },
      'x-commit: abc',
    ],
    ['another commit answers', { pages: pagesWith({ status: 200, commit: 'abc' }) }, 'x-commit: abc'],
    ['an error answers', { pages: pagesWith({ status: 503, commit: sha }) }, '503'],
    ['nobody answers', { pages: pagesWith({ error: 'refused' }) }, 'no answer: refused'],
    ['a check failed', { said: { ...good.said, report: samples.liveButSmokeFails } }, 'login of app1'],
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
    names: [undefined, undefined],
    visits: [{ status: 404, commit: undefined }, { error: 'refused' }],
  }

  test('is true when nothing is left and nobody answers', () => {
    expect(untrue(removedClaims(good))).toEqual([])
  })

  test.each<[string, Partial<Removed>, string]>([
    ['the receipt has a line that is there', { said: { ...good.said, report: samples.notRemoved } }, 'Ingress/'],
    ['no receipt', { said: { ...good.said, report: { ...samples.removed, receipt: [] } } }, 'an empty receipt'],
    ['something is left', { left: ['Service/a'] }, 'Service/a'],
    ['the name resolves', { names: [undefined, '10.0.0.1'] }, '10.0.0.1'],
    ['a page answers', { visits: [{ error: 'refused' }, { status: 200, commit: undefined }] }, '200'],
    ['the app answers', { visits: [{ status: 404, commit: sha }] }, '404'],
  ])('%s', (_, change, found) => {
    const wrong = untrue(removedClaims({ ...good, ...change }))
    expect(wrong).toHaveLength(1)
    expect(wrong[0]?.found).toContain(found)
  })
})

describe('the links of the comment', () => {
  const body = (report: Report) => renderComment(report, {})
  const pages = pagesWith({ status: 200, commit: sha })
  const [old] = samples.updating.apps

  test('show what stands beside them, struck out or not', () => {
    expect(rowsClaim(body(samples.live), pages)).not.toHaveProperty('found')
    expect(rowsClaim(body(samples.updating), pagesWith({ status: 200, commit: old?.commit }))).not.toHaveProperty(
      'found',
    )
  })

  test.each<[string, Report, typeof pages, string]>([
    ['another commit', samples.updating, pages, 'is said to show abc1234: 200, x-commit: def5678'],
    ['no link', samples.firstDeploy, pages, 'is said to show undefined'],
    ['no answer', samples.live, pagesWith({ error: 'refused' }), 'is said to show def5678: no answer: refused'],
    ['nothing asked', samples.live, [], 'no page'],
  ])('%s', (_, report, visited, found) => {
    expect(rowsClaim(body(report), visited).found).toContain(found)
  })
})

describe('a failure', () => {
  test('has failed, and tells no secret', () => {
    const said = { exit: 1, leaks: [], report: samples.smokeRequired }
    expect(failedStepClaim(said)).not.toHaveProperty('found')
    expect(failedStepClaim({ ...said, exit: 0 }).found).toBe('exit code 0, 0 secrets')
    expect(failedStepClaim({ ...said, leaks: ['token'] }).found).toBe('exit code 1, 1 secrets')
  })

  test.each([
    ['the one that is meant', samples.smokeRequired, ['login of app1'], undefined],
    ['another one', samples.smokeRequired, ['queue of app1'], 'login of app1'],
    ['none', samples.live, ['queue of app1'], 'no check failed, or none was asked'],
    ['unknown, as the checks did not end', samples.smokeUnfinished, ['queue of app1'], 'no answer within 300 s'],
  ])('of a check: %s', (_, report, failing, found) => {
    expect(checksClaim(report, failing).found).toBe(found)
  })
})
