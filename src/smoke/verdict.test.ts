import { describe, expect, test } from 'vitest'
import type { SmokeResult } from '../../checks/contract.ts'
import { input, passed } from '../../test/smoke-example.ts'
import type { Execution } from '../step-functions/state-machine.ts'
import { executionName, smokeFailure } from './check.ts'
import { reportUrl } from './report-url.ts'
import { verdictOf } from './verdict.ts'

const { id } = input.environment
const { commit } = input
const failed: SmokeResult = {
  ...passed,
  ok: false,
  counts: { ...passed.counts, passed: 0, failed: 1 },
  cases: passed.cases.map((each) => ({ ...each, status: 'failed', message: 'HTTP 500' })),
}
const unread = {
  ...passed,
  ok: false,
  environment: null,
  commit: null,
  counts: { ...passed.counts, passed: 0 },
  cases: [],
  error: { name: 'ContractError', message: 'no apps' },
}
const succeeded = (output: unknown): Execution => ({ status: 'SUCCEEDED', output: JSON.stringify(output) })

describe('verdict', () => {
  test.each([passed, failed, unread])('a result of this run is taken as it is', (result) => {
    expect(verdictOf(succeeded(result), input)).toEqual({ result })
  })

  test.each<[string, Execution, string]>([
    [
      'failed',
      { status: 'FAILED', error: 'States.Runtime', cause: 'no such path' },
      'FAILED: States.Runtime: no such path',
    ],
    ['timed out', { status: 'TIMED_OUT' }, 'ended TIMED_OUT'],
    ['aborted', { status: 'ABORTED', cause: 'by hand' }, 'ABORTED: by hand'],
    ['not JSON', { status: 'SUCCEEDED', output: 'fine' }, 'not JSON: fine'],
    ['nothing', { status: 'SUCCEEDED' }, 'not JSON: nothing'],
    ['no result', succeeded({ ok: true }), 'version'],
    ['another version', succeeded({ ...passed, version: 2 }), 'version 2'],
    ['ok without a reason', succeeded({ ...failed, ok: true }), 'ok'],
    ['another environment', succeeded({ ...passed, environment: { id: 'b'.repeat(32) } }), `not ${id}`],
    ['another commit', succeeded({ ...passed, commit: 'b'.repeat(40) }), `not ${commit}`],
    ['green, of no environment', succeeded({ ...passed, environment: null }), `not ${id}`],
  ])('%s is a problem', (_, execution, problem) => {
    expect(verdictOf(execution, input)).toEqual({ problem: expect.stringContaining(problem) })
  })
})

describe('the report is linked', () => {
  const arn = 'arn:aws:states:eu-west-1:111122223333:execution:checks:preview-1'
  const key = `reports/${id}/${commit}/preview-1/report.html`
  test.each<[string, SmokeResult['report'], string | undefined]>([
    ['none', null, undefined],
    [
      'in the console',
      { bucket: 'b', key },
      `https://eu-west-1.console.aws.amazon.com/s3/object/b?prefix=${encodeURIComponent(key)}`,
    ],
    [
      'where the checks say',
      { bucket: 'b', key, url: 'https://reports.example.com/r' },
      'https://reports.example.com/r',
    ],
    ['never for another key', { bucket: 'b', key: `reports/../${key}`, url: 'https://evil.example.com' }, undefined],
  ])('%s', (_, report, url) => {
    expect(reportUrl(report, input, arn)).toBe(url)
  })

  test('in the partition of the execution', () => {
    expect(reportUrl({ bucket: 'b', key }, input, arn.replace('aws', 'aws-cn'))).toMatch(
      /^https:\/\/eu-west-1\.console\.amazonaws\.cn\//,
    )
  })
})

test('an execution is named after run and attempt, in 80 characters Step Functions takes', () => {
  const name = executionName({ environment: id, commit, run: '18446744073709551615', attempt: 12 })
  expect(name).toBe(`preview-${id}-aaaaaaaa-18446744073709551615-12`)
  expect(name.length).toBeLessThanOrEqual(80)
  expect(executionName({ environment: id, commit, run: 'local run/1', attempt: 1 })).toMatch(/^[A-Za-z0-9_-]+$/)
})

test('a failure says which cases failed', () => {
  const error = smokeFailure({ ok: false, result: failed, executionUrl: 'https://console' })
  expect(error).toMatchObject({ code: 'SmokeFailed', message: expect.stringContaining('1 of 1 cases failed') })
  expect(error.problems).toEqual([{ message: 'app1: answers: HTTP 500' }])
  expect(smokeFailure({ ok: false, problem: 'ended ABORTED', executionUrl: '' }).message).toContain('ended ABORTED')
})
