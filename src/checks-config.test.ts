import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'

const problems = (checks: string, top = '', app = 'image: a, port: 80') => {
  const read = parseConfig(
    `${top}apps:\n  web:\n    ${app.replaceAll(', ', '\n    ')}\n    checks:\n${checks}  api: { image: a, port: 80 }\n`,
  )
  return 'problems' in read ? read.problems.map(({ line, message }) => `${line}: ${message}`) : []
}

test('a check is named like its kind, or says it', () => {
  const text = `database: {}
apps:
  web:
    image: a
    port: 80
    checks:
      login: { path: /login, body: { user: demo, password: demo }, token: $.token }
      add-item:
        kind: write
        path: /items
        body: { name: "{marker}" }
        expect: 201
        row: { table: items, where: { name: "{marker}" } }
`
  expect(parseConfig(text)).toMatchObject({
    config: {
      apps: {
        web: {
          checks: {
            login: { kind: 'login', path: '/login', token: '$.token' },
            'add-item': { kind: 'write', row: { table: 'items', where: { name: '{marker}' } } },
          },
        },
      },
    },
  })
})

test('own manifests have them too', () => {
  const own =
    'kustomization: k8s\napps: { web: { service: { name: web, port: 80 }, ingress: web, checks: { call: { path: /x } } } }'
  expect(parseConfig(own)).toMatchObject({ config: { apps: { web: { checks: { call: { kind: 'call' } } } } } })
})

test('it says everything that is wrong, each with its line', () => {
  expect(
    problems(`      login: { path: login }
      jobs:
        path: /jobs
      write:
        path: /items
        run: rm -rf
        row:
          table: items
          where: { name: fixed }
      queue: { path: /jobs, then: { path: /jobs, app: worker } }
`),
  ).toEqual([
    '6: apps.web.checks.login.path: write a path such as /items, on the host of the app',
    '7: apps.web.checks.jobs: say its kind (login, write, queue, storage, call), or name it like one',
    '14: apps.web.checks.write.row.where: one value must hold {marker} or a value of the answer: the row of an earlier attempt would do',
    '11: apps.web.checks.write.run: unknown key',
  ])
})

test('what a check refers to is there', () => {
  const checks = `      login: { path: /login }
      second: { kind: login, path: /login }
      write: { path: /items, row: { table: items, where: { name: "{marker}" } } }
      call: { path: /x, then: { app: worker, path: /y } }
`
  expect(problems(checks)).toEqual([
    '7: apps.web.checks.second: login is the login of web: an app has one, whose cookies and token its other checks go with',
    '8: apps.web.checks.write.row: there is no database to look into: add `database: {}` at the top',
    '9: apps.web.checks.call.then.app: there is no app worker',
  ])
  expect(problems('      call: { path: /x, then: { app: api, path: /y } }\n')).toEqual([])
})

test('more than the smoke check takes are refused', () => {
  const many = Array.from({ length: 101 }, (_, at) => `      c${at}: { kind: call, path: /x }\n`).join('')
  expect(problems(many)).toEqual([expect.stringContaining('101 checks are declared, 100 is the most')])
})
