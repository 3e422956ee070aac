import { describe, expect, test } from 'vitest'
import type { SmokeResult } from '../../checks/contract.ts'
import { passed } from '../../test/smoke-example.ts'
import type { EnvironmentRecord } from '../cluster/record-state.ts'
import type { SmokeReport } from '../report/report.ts'
import { newsSince, previousOf, remembered } from './memory.ts'

const COMMIT = 'c'.repeat(40)
const resultOf = (...cases: [string, 'passed' | 'failed'][]): SmokeResult => ({
  ...passed,
  ok: cases.every(([, status]) => status === 'passed'),
  counts: {
    ...passed.counts,
    passed: cases.filter(([, status]) => status === 'passed').length,
    failed: cases.filter(([, status]) => status === 'failed').length,
  },
  cases: cases.map(([name, status]) => ({ name, app: 'app1', kind: name, status, attempts: 1, ms: 1 })),
})
const report = (result: SmokeResult): SmokeReport => ({
  ok: result.ok,
  result,
  executionUrl: 'https://x',
  reportUrl: 'https://console',
})
const recordWith = (smoke: object | undefined) => ({ smoke }) as EnvironmentRecord

describe('what is remembered', () => {
  test('is what failed, and at which commit', () => {
    const kept = remembered(report(resultOf(['login', 'failed'], ['write', 'passed'])), COMMIT, undefined)
    expect(kept).toEqual({
      smoke: {
        ok: false,
        passed: 1,
        total: 2,
        commit: COMMIT,
        failed: [{ app: 'app1', name: 'login' }],
        reportUrl: 'https://console',
      },
    })
    expect(previousOf(recordWith(kept.smoke))).toEqual({ commit: COMMIT, failed: [{ app: 'app1', name: 'login' }] })
  })

  test('stays when a check was not finished', () => {
    const before = { ok: true, commit: COMMIT, failed: [] }
    const broken = { ...resultOf(['login', 'passed']), ok: false, error: { name: 'States.Timeout', message: 'late' } }
    expect(remembered(report(broken), 'd'.repeat(40), before)).toEqual({ smoke: { ...before, ok: false } })
    expect(remembered({ ok: false, executionUrl: '' }, 'd'.repeat(40), before)).toEqual({
      smoke: { ...before, ok: false },
    })
    expect(remembered(undefined, COMMIT, before)).toEqual({})
  })

  test('is no link that whoever has it may open', () => {
    const open = {
      ...resultOf(['login', 'passed']),
      report: { bucket: 'b', key: 'k', url: 'https://b.example/k?X-Amz-Signature=1' },
    }
    expect(remembered({ ...report(open), reportUrl: open.report.url }, COMMIT, undefined).smoke).not.toHaveProperty(
      'reportUrl',
    )
  })

  test.each([undefined, { ok: true }])('is nothing in a record of an older release: %j', (smoke) => {
    expect(previousOf(recordWith(smoke))).toBeNull()
  })
})

test('what changed since is told by case', () => {
  const previous = {
    commit: COMMIT,
    failed: [
      { app: 'app1', name: 'write' },
      { app: 'app1', name: 'queue' },
      { app: 'app1', name: 'gone' },
    ],
  }
  const result = resultOf(['login', 'failed'], ['write', 'failed'], ['queue', 'passed'], ['health', 'passed'])
  expect(newsSince(previous, result)).toEqual({
    newFailures: ['login of app1'],
    stillFailing: ['write of app1'],
    fixed: ['queue of app1'],
  })
  expect(newsSince(null, result)).toBeUndefined()
})
