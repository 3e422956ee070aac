import { describe, expect, test } from 'vitest'
import { parseSmokeResult, RESULT_LIMIT, type SmokeCase } from './contract.ts'
import { fitted, mergeCases, resultOf } from './result.ts'
import type { CaseRun } from './suite-run.ts'
import { smokeInput } from './testing/sample.ts'

const run = (status: CaseRun['status'], change: Partial<CaseRun> = {}): CaseRun => ({
  app: 'app1',
  name: 'answers',
  kind: 'health',
  status,
  ms: 5,
  message: `it ${status}`,
  ...change,
})
const afterAttempts = (...attempts: CaseRun[][]) =>
  attempts.reduce<SmokeCase[]>((cases, runs, index) => mergeCases(cases, index + 1, runs), [])
const outcome = { input: smokeInput({}), error: null, report: null, started: '2026-03-04T09:41:12.000Z', now: 0 }

describe('attempts', () => {
  test.each([
    ['passes at once', ['passed'], { status: 'passed', attempts: 1 }, 0],
    ['passes in the end', ['failed', 'failed', 'passed'], { status: 'passed', attempts: 3 }, 1],
    ['never passes', ['failed', 'failed'], { status: 'failed', attempts: 2 }, 0],
    ['waited for another case', ['skipped', 'passed'], { status: 'passed', attempts: 1 }, 0],
  ] as const)('a case that %s', (_, statuses, expected, flaky) => {
    const cases = afterAttempts(...statuses.map((status) => [run(status)]))
    expect(cases).toMatchObject([expected])
    expect(cases[0]?.history?.map((each) => each.status)).toEqual(statuses)
    expect(resultOf({ ...outcome, cases }).counts.flaky).toBe(flaky)
  })

  test('what passed stays passed when it is left out later', () => {
    const [first] = afterAttempts([run('passed')])
    expect(afterAttempts([run('passed')], [run('skipped')])).toEqual([first])
  })

  test('what was not run, because its file broke, is not forgotten', () => {
    const cases = afterAttempts([run('failed'), run('passed', { name: 'other' })], [run('passed', { name: 'new' })])
    expect(cases.map(({ name, status }) => [name, status])).toEqual([
      ['answers', 'failed'],
      ['other', 'passed'],
      ['new', 'passed'],
    ])
  })

  test('cases of one name in two apps are two cases', () => {
    const cases = afterAttempts(
      [run('passed'), run('failed', { app: 'app2' })],
      [run('skipped'), run('passed', { app: 'app2' })],
    )
    expect(cases.map((each) => [each.app, each.attempts])).toEqual([
      ['app1', 1],
      ['app2', 2],
    ])
  })

  test('an attempt that was made twice counts once', () => {
    const once = mergeCases([], 1, [run('failed')])
    expect(mergeCases(once, 1, [run('failed')])).toEqual(once)
  })
})

describe('result', () => {
  const commit = (status: CaseRun['status'], app = 'app1') =>
    run(status, { kind: 'commit', name: 'serves this commit', app })

  test.each([
    ['no app says its commit', [run('passed')], false],
    ['every app says the right one', [commit('passed'), commit('passed', 'app2')], true],
    ['one says another', [commit('passed'), commit('failed', 'app2')], false],
  ])('commit verified: %s', (_, runs, verified) => {
    expect(resultOf({ ...outcome, cases: afterAttempts(runs) }).commitVerified).toBe(verified)
  })

  test('is bad when the checks broke, whatever passed', () => {
    const error = { name: 'BrokenSuite', message: 'x' }
    expect(resultOf({ ...outcome, error, cases: afterAttempts([run('passed')]) }).ok).toBe(false)
  })

  test('of many talkative cases is cut to what a state machine carries', () => {
    const names = Array.from({ length: 100 }, (_, index) => `case ${index}`)
    const runs = names.map((name) => run('failed', { name, message: 'ü'.repeat(5_000) }))
    const cut = fitted(resultOf({ ...outcome, cases: afterAttempts(runs, runs) }))
    expect(Buffer.byteLength(JSON.stringify(cut))).toBeLessThanOrEqual(RESULT_LIMIT)
    expect(parseSmokeResult(cut).cases.map((each) => each.name)).toEqual(names)
    expect(cut.cases[0]?.message).toMatch(/ü…$/)
  })

  test('that cannot be cut enough is an error, not a result that gets lost', () => {
    const runs = Array.from({ length: 700 }, (_, index) => run('failed', { name: `case ${index}` }))
    expect(() => fitted(resultOf({ ...outcome, cases: afterAttempts(runs) }))).toThrow('declare fewer checks')
  })
})
