import type { SmokeCase, SmokeInput } from '../../checks/contract.ts'
import { countCases } from '../../checks/contract.ts'
import type { CaseExchanges } from '../../checks/exchange.ts'
import { renderReport } from '../../checks/report.ts'

/** The smoke report of examples/two-apps, where a write succeeded on the third attempt only. */

const ID = '346e50ff9c5f4172807b918218604cbe'
const COMMIT = 'def5678c0ffee0ddba11cafe5eed5ca1ab1e0123'
const urlOf = (app: string) => `https://${ID}-${app}.preview.example.com`
const APPS = ['app1', 'app2'].map((name) => ({
  name,
  url: urlOf(name),
  health: '/healthz',
  commit: { header: 'x-commit' },
  logs: 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1',
}))

const input: SmokeInput = {
  version: 1,
  environment: { id: ID, repository: 'acme/shop', branch: 'feature/login' },
  pullRequest: 12,
  commit: COMMIT,
  run: { url: 'https://github.com/acme/shop/actions/runs/9001' },
  apps: APPS,
  database: { engine: 'mysql', name: 'preview_07' },
  dependencies: [],
  checks: [],
  attempts: 3,
  waitSeconds: 5,
  previous: null,
  report: { prefix: 'preview' },
}

const passed = (app: string, name: string, kind: string, ms: number, message: string): SmokeCase => ({
  app,
  name,
  kind,
  status: 'passed',
  attempts: 1,
  ms,
  message,
})
const LOST = 'POST /items answered 500, 201 was expected'
const FOUND = 'POST /items answered 201, then the row was in items of preview_07'

const cases: SmokeCase[] = [
  ...APPS.flatMap(({ name }) => [
    passed(name, 'answers at /healthz', 'health', 42, 'GET /healthz answered 200'),
    passed(name, 'serves this commit', 'commit', 38, `GET /healthz shows ${COMMIT.slice(0, 7)}`),
  ]),
  passed('app1', 'login', 'login', 120, 'POST /login answered 200 with a token'),
  {
    ...passed('app1', 'write', 'write', 340, FOUND),
    attempts: 3,
    history: [
      { attempt: 1, status: 'failed', ms: 220, message: LOST },
      { attempt: 2, status: 'failed', ms: 210, message: LOST },
      { attempt: 3, status: 'passed', ms: 340, message: FOUND },
    ],
  },
  passed(
    'app1',
    'queue',
    'queue',
    2300,
    'POST /jobs answered 202, then GET /jobs/5f3c answered 200; queue jobs is empty',
  ),
  passed(
    'app1',
    'storage',
    'storage',
    410,
    'POST /files answered 201, then preview_07/5f3c-hello.txt was in bucket uploads',
  ),
  passed('app1', 'call', 'call', 64, 'GET /worker answered 200'),
]

const asked = (attempt: number, status: number, answer: string): CaseExchanges => {
  const json = { 'content-type': 'application/json' }
  const body = `{"name":"check-3f9a1c0b7e2${attempt}"}`
  const sent = { method: 'POST', url: `${urlOf('app1')}/items`, headers: { ...json, authorization: '***' }, body }
  return {
    app: 'app1',
    name: 'write',
    attempt,
    exchanges: [{ ...sent, status, answer: { headers: json, body: answer }, ms: 210, times: 1 }],
  }
}

export const flakyReport = (): string =>
  renderReport({
    input,
    execution: `arn:aws:states:eu-west-1:123456789012:execution:preview-checks:preview-${ID}-${COMMIT.slice(0, 8)}-3-1`,
    result: {
      version: 1,
      ok: true,
      environment: { id: ID },
      commit: COMMIT,
      counts: countCases(cases),
      cases,
      report: null,
      started: '2026-11-21T11:35:30Z',
      ms: 19_000,
      commitVerified: true,
      error: null,
    },
    exchanges: [
      asked(1, 500, '{"error":"deadlock, try again"}'),
      asked(2, 500, '{"error":"deadlock, try again"}'),
      asked(3, 201, '{"id":1,"name":"check-3f9a1c0b7e23"}'),
    ],
  })
