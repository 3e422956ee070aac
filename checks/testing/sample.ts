import type { SmokeInput } from '../contract.ts'

export const COMMIT = '9f1c2a7b04de5566778899aabbccddeeff001122'
export const ENVIRONMENT = '346e50ff9c5f4172807b918218604cbe'

export const smokeInput = (change: Partial<SmokeInput>): SmokeInput => ({
  version: 1,
  environment: { id: ENVIRONMENT, repository: 'acme/shop', branch: 'feature/login' },
  pullRequest: 41,
  commit: COMMIT,
  run: { url: 'https://github.example/acme/shop/actions/runs/7' },
  apps: [{ name: 'app1', url: `https://${ENVIRONMENT}-app1.preview.example.com`, health: '/healthz' }],
  database: null,
  dependencies: [],
  checks: [],
  attempts: 3,
  waitSeconds: 0,
  previous: null,
  report: { prefix: 'reports' },
  ...change,
})
