import { describe, expect, test } from 'vitest'
import {
  ContractError,
  INPUT_LIMIT,
  parseSmokeInput,
  parseSmokeResult,
  reportKey,
  type SmokeResult,
  smokeInputJson,
} from './contract.ts'
import { COMMIT, ENVIRONMENT, smokeInput } from './testing/sample.ts'

const app = (change: object) => ({ apps: [{ name: 'app1', url: 'https://a.example.com', health: '/', ...change }] })

describe('input', () => {
  test('the whole of v1 survives a round trip', () => {
    const input = smokeInput({
      pullRequest: null,
      database: { engine: 'mysql', name: 'preview_03' },
      dependencies: [{ name: 'jobs', kind: 'sqs', url: 'https://sqs.example/jobs' }],
      checks: [
        { app: 'app1', name: 'log in', kind: 'login', path: '/login', body: { user: 'a' }, expect: { status: 200 } },
      ],
      previous: { commit: COMMIT, failed: [{ app: null, name: 'old' }] },
    })
    expect(parseSmokeInput(JSON.parse(smokeInputJson(input)))).toEqual(input)
  })

  test('keys of a newer minor release are ignored', () => {
    expect(parseSmokeInput({ ...smokeInput({}), later: true })).toEqual(smokeInput({}))
  })

  test.each([
    ['another version', { version: 2 }, 'has version 2, this side speaks version 1'],
    ['no apps', { apps: [] }, 'apps: '],
    [
      'a branch name for an id',
      { environment: { id: 'main', repository: 'a/b', branch: 'main' } },
      'environment.id: must be 32 hex',
    ],
    ['a short commit', { commit: 'abc1234' }, 'commit: must be a full commit id'],
    ['a file', app({ url: 'file:///etc/passwd' }), 'apps[0].url: must be an http or https URL'],
    ['a user name in a URL', app({ url: 'https://root@a.example.com' }), 'apps[0].url: must not carry a user name'],
    ['a query in a URL', app({ url: 'https://a.example.com/?x=1' }), 'apps[0].url: must not carry a query'],
    ['a path to another host', app({ health: '//evil.example/' }), 'apps[0].health: must be a path'],
    ['a path to another host by backslash', app({ health: '/\\evil.example/' }), 'apps[0].health: must be a path'],
    ['a URL as path', app({ health: 'https://evil.example/' }), 'apps[0].health: must be a path'],
    [
      'two apps of one name',
      { apps: [...smokeInput({}).apps, ...smokeInput({}).apps] },
      'apps: two apps have one name',
    ],
    [
      'a check of no app',
      { checks: [{ app: 'app9', name: 'x', kind: 'http' }] },
      'checks[0].app: there is no app app9',
    ],
    ['a prefix that climbs', { report: { prefix: 'a/../b' } }, 'report.prefix: must be like reports'],
    [
      'a secret instead of a database',
      { database: { engine: 'mysql', name: 'arn:aws:x' } },
      'database.name: must be the name',
    ],
    ['too many attempts', { attempts: 11 }, 'attempts: '],
  ])('%s is refused and named', (_, change, message) => {
    expect(() => parseSmokeInput({ ...smokeInput({}), ...change })).toThrow(message)
    expect(() => parseSmokeInput({ ...smokeInput({}), ...change })).toThrow(ContractError)
  })

  test.each([undefined, null, 'text', 7, []])('%j is no input', (value) => {
    expect(() => parseSmokeInput(value)).toThrow(/^The smoke input is not valid \(contract v1\): /)
  })

  test('more than a state machine carries is refused before it is sent', () => {
    const check = { app: 'app1', name: 'x', kind: 'http', body: 'ü'.repeat(INPUT_LIMIT / 2) }
    expect(() => smokeInputJson(smokeInput({ checks: [check] }))).toThrow(`${INPUT_LIMIT} is the most`)
  })

  test('the report lies where both sides can compute it', () => {
    expect(reportKey(smokeInput({}), 'run-1')).toBe(`reports/${ENVIRONMENT}/${COMMIT}/run-1/report.html`)
  })
})

describe('result', () => {
  const result: SmokeResult = {
    version: 1,
    ok: true,
    environment: { id: ENVIRONMENT },
    commit: COMMIT,
    counts: { passed: 1, failed: 0, skipped: 0, flaky: 1 },
    cases: [{ name: 'answers', app: 'app1', kind: 'health', status: 'passed', attempts: 2, ms: 3 }],
    report: null,
    started: '2026-03-04T09:41:12.000Z',
    ms: 12,
    commitVerified: false,
    error: null,
  }
  const failure = { name: 'X', message: 'broke' }

  test('is read as it was written, without the keys of later releases', () => {
    expect(parseSmokeResult({ ...result, later: 1 })).toEqual(result)
    expect(parseSmokeResult({ ...result, ok: false, error: failure })).toMatchObject({ error: failure })
  })

  test.each([
    ['nothing', null, 'The smoke result is not valid'],
    ['another version', { ...result, version: 3 }, 'has version 3'],
    ['a wrong count', { ...result, counts: { ...result.counts, flaky: 0 } }, 'flaky is 0, the cases say 1'],
    ['good in spite of an error', { ...result, error: failure }, 'ok: true, but'],
    ['bad without a reason', { ...result, ok: false }, 'ok: false, without a reason'],
    [
      'good with nothing checked',
      { ...result, cases: [], counts: { passed: 0, failed: 0, skipped: 0, flaky: 0 } },
      'ok: true, but',
    ],
  ])('%s is refused', (_, value, message) => {
    expect(() => parseSmokeResult(value)).toThrow(message)
  })
})
