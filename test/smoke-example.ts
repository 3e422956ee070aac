import type { SmokeInput, SmokeResult } from '../checks/contract.ts'

const id = '346e50ff9c5f4172807b918218604cbe'
const commit = 'a'.repeat(40)
/** For tests: a question and its good answer. */
export const input: SmokeInput = {
  version: 1,
  environment: { id, repository: 'acme/shop', branch: 'feature/login' },
  pullRequest: 7,
  commit,
  run: { url: 'https://github.com/acme/shop/actions/runs/1' },
  apps: [{ name: 'app1', url: `https://${id}-app1.preview.test`, health: '/healthz' }],
  database: null,
  dependencies: [],
  checks: [],
  attempts: 3,
  waitSeconds: 5,
  previous: null,
  report: { prefix: 'reports' },
}
export const passed: SmokeResult = {
  version: 1,
  ok: true,
  environment: { id },
  commit,
  counts: { passed: 1, failed: 0, skipped: 0, flaky: 0 },
  cases: [{ name: 'answers', app: 'app1', kind: 'health', status: 'passed', attempts: 1, ms: 5 }],
  report: null,
  started: '2026-01-01T00:00:00Z',
  ms: 5,
  commitVerified: false,
  error: null,
}
