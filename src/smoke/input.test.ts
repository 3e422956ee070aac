import { expect, test } from 'vitest'
import { parseSmokeInput, smokeInputJson } from '../../checks/contract.ts'
import { parseConfig } from '../config.ts'
import { environmentOf } from '../names.ts'
import { planOf } from '../plan.ts'
import { resolveSettings } from '../settings.ts'
import { inputOf } from './input.ts'

const COMMIT = 'c'.repeat(40)

const planned = (yaml: string) => {
  const read = parseConfig(yaml)
  const databases = {
    'database-engine': 'mysql',
    'database-host': 'db',
    'database-names': 'preview_{01..02}',
    'database-secret': 'db',
  }
  const inputs = { domain: 'preview.example.com', ...databases }
  const resolved = resolveSettings(inputs, undefined, 'acme/shop', 'previews')
  if ('problems' in read || 'problems' in resolved) throw new Error('the test is wrong')
  return planOf({
    environment: environmentOf({ repository: 'acme/shop', repositoryId: 1, branch: 'feature/login' }, true),
    pullRequest: { number: 12, title: 'Log in', url: 'https://github.com/acme/shop/pull/12' },
    pullRequests: [12],
    commit: COMMIT,
    config: read.config,
    settings: resolved.settings,
    images: {},
  })
}

test('what is declared is asked, with the leased database and what failed before', () => {
  const plan = planned(`database: {}
smoke: { attempts: 2 }
apps:
  web:
    image: a
    port: 80
    checks:
      login: { path: /login, body: { user: demo } }
      queue: { path: /jobs, then: { path: "/jobs/{json.id}" }, queue: jobs }
      mail: { kind: queue, path: /mails, then: { app: api, path: /sent }, queue: jobs }
      storage: { path: /files, object: { bucket: uploads, key: "{json.key}" } }
  api: { image: b, port: 80, commit: { header: x-commit } }
`)
  const previous = { commit: 'b'.repeat(40), failed: [{ app: 'web', name: 'login' }] }
  const input = inputOf(plan, {
    database: 'preview_01',
    runUrl: 'https://github.com/acme/shop/actions/runs/7',
    previous,
  })
  expect(input).toMatchObject({
    commit: COMMIT,
    attempts: 2,
    previous,
    database: { engine: 'mysql', name: 'preview_01' },
    dependencies: [
      { name: 'jobs', kind: 'queue' },
      { name: 'uploads', kind: 'bucket' },
    ],
  })
  expect(input.checks.map(({ app, kind, name }) => [app, name, kind])).toEqual([
    ['web', 'login', 'login'],
    ['web', 'queue', 'queue'],
    ['web', 'mail', 'queue'],
    ['web', 'storage', 'storage'],
  ])
  expect(parseSmokeInput(JSON.parse(smokeInputJson(input)))).toEqual(input)
})

test('what is not leased is not named', () => {
  const input = inputOf(planned('apps: { web: { image: a, port: 80 } }'), {
    database: undefined,
    runUrl: 'https://ci/1',
    previous: null,
  })
  expect(input).toMatchObject({ database: null, checks: [], dependencies: [], previous: null })
})
