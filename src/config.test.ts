import { describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'

const problems = (text: string) => {
  const read = parseConfig(text)
  return 'problems' in read ? read.problems.map(({ line, message }) => `${line}: ${message}`) : []
}

test('three keys are enough', () => {
  const read = parseConfig('apps:\n  app1: { image: registry.example/app1, port: 3000, health: /healthz }\n')
  expect(read).toMatchObject({ config: { apps: { app1: { port: 3000, health: '/healthz', env: {} } } } })
})

test('an environment variable keeps the characters it was written with', () => {
  const read = parseConfig(`apps:
  env:
    image: a
    port: 80
    env: { NO: no, OCTAL: 012, BIG: 1e400, ON: on, DATE: 2024-01-01, LONG: 12345678901234567890, TEXT: "x", EMPTY: }
`)
  expect(read).toMatchObject({
    config: {
      apps: {
        env: {
          port: 80,
          env: {
            NO: 'no',
            OCTAL: '012',
            BIG: '1e400',
            ON: 'on',
            DATE: '2024-01-01',
            LONG: '12345678901234567890',
            TEXT: 'x',
            EMPTY: '',
          },
        },
      },
    },
  })
})

test("a migration has a command, and an image when it is not the app's", () => {
  const read = parseConfig(`apps:
  web: { image: a, port: 80, migrate: { command: [migrate, up] } }
  api: { image: b, port: 80, migrate: { image: "b-schema:3", command: [up] } }
`)
  expect(read).toMatchObject({
    config: {
      apps: {
        web: { migrate: { command: ['migrate', 'up'] } },
        api: { migrate: { image: 'b-schema:3', command: ['up'] } },
      },
    },
  })
  expect(
    problems(`apps:
  web:
    image: a
    port: 80
    migrate:
      image: a b
      cmd: [up]
`),
  ).toEqual([
    '6: apps.web.migrate.image: an image is written repo, repo:tag or repo@sha256:…',
    '5: apps.web.migrate.command: is missing',
    '7: apps.web.migrate.cmd: unknown key',
  ])
})

test('says everything that is wrong, each with its line', () => {
  expect(
    problems(`apps:
  app1:
    image: a b
    port: 70000
    helth: /x
  App_2: { image: x, port: 1 }
  app3:
    port: 80
extra: 1
`),
  ).toEqual([
    '3: apps.app1.image: an image is written repo, repo:tag or repo@sha256:…',
    '4: apps.app1.port: Too big: expected number to be <=65535',
    '5: apps.app1.helth: unknown key',
    '6: apps.App_2: an app name has lower-case letters, digits and hyphens, and begins with a letter',
    '7: apps.app3.image: is missing',
    '9: extra: unknown key',
  ])
})

test('secrets are names of objects, or of variables that nothing else sets', () => {
  const text = (rest: string) => `database: {}\napps: { web: { image: a, port: 80, ${rest} } }`
  expect(parseConfig(text('secrets: [mail, API_KEY]'))).toMatchObject({
    config: { apps: { web: { secrets: ['mail', 'API_KEY'] } } },
  })
  expect(problems(text('secrets: [Mail]'))).toEqual([
    '2: apps.web.secrets.0: write the name of a Secret, or of a variable such as API_KEY',
  ])
  expect(problems(text('secrets: [API_KEY, DATABASE_URL], env: { API_KEY: x }'))).toEqual([
    '2: apps.web.env.API_KEY: it is among the secrets too: take one of them out',
    '2: apps.web.secrets: the database sets DATABASE_URL: take it out, or give the other a name in database.env',
  ])
})

test('nobody asks an app that nothing leads to', () => {
  expect(
    problems(`apps:
  redis: { image: "redis:7", port: 6379, expose: none }
  worker: { image: w, port: 80, expose: none, checks: { login: { path: /login } } }
  web: { image: w, port: 80, checks: { queue: { path: /jobs, then: { app: redis, path: / } } } }
`),
  ).toEqual([
    '3: apps.worker.checks: an app with `expose: none` has no URL to ask: take one of the two out',
    '4: apps.web.checks.queue.then.app: redis has no URL to ask',
  ])
})

test.each([
  ['a path with a host', 'apps: { a: { image: x, port: 1, health: "//evil.example/x" } }'],
  ['a URL as a path', 'apps: { a: { image: x, port: 1, health: "https://evil.example" } }'],
  ['no app', 'apps: {}'],
  ['an empty file', ''],
  ['a list', '- a'],
  ['a key twice', 'apps: {}\napps: {}'],
  ['a tab', 'apps:\n\ta: {}'],
])('refuses %s', (_, text) => expect(problems(text)).not.toEqual([]))

test('refuses an alias bomb in no time', () => {
  const levels = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefghi'.split('').map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(', ')}]`),
  ]
  expect(problems(levels.join('\n')).join()).toContain('alias')
})

test('a key named __proto__ changes nothing', () => {
  expect(problems('apps: { a: { image: x, port: 1, env: { __proto__: y } } }\n__proto__: { polluted: 1 }')).not.toEqual(
    [],
  )
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

describe('a database', () => {
  const app = 'image: a, port: 80'
  const variables = {
    host: 'DATABASE_HOST',
    port: 'DATABASE_PORT',
    name: 'DATABASE_NAME',
    user: 'DATABASE_USER',
    password: 'DATABASE_PASSWORD',
    url: 'DATABASE_URL',
  }

  test('is asked for in three words; its variables may have other names', () => {
    expect(parseConfig(`database: {}\napps: { web: { ${app} } }`)).toMatchObject({
      config: { database: { env: variables } },
    })
    expect(parseConfig(`database: { env: { url: DB_URL } }\napps: { web: { ${app} } }`)).toMatchObject({
      config: { database: { env: { ...variables, url: 'DB_URL' } } },
    })
    const own = 'kustomization: k8s\napps: { web: { service: { name: web, port: 80 }, ingress: web } }'
    expect(parseConfig(`database: {}\n${own}`)).toMatchObject({ config: { database: { env: variables } } })
    expect(parseConfig(`apps: { web: { ${app} } }`)).not.toHaveProperty('config.database')
  })

  test('is waited for only where it is, and hides no setting of an app', () => {
    expect(problems(`apps:\n  web: { ${app}, waitFor: [database] }`)).toEqual([
      expect.stringContaining('2: apps.web.waitFor: there is no database to wait for'),
    ])
    expect(problems(`database: { env: { user: DB, password: DB } }\napps:\n  web: { ${app} }`)).toEqual([
      expect.stringContaining('1: database.env: two have the same name'),
    ])
    expect(
      problems(`database: {}\napps:\n  web:\n    image: a\n    port: 80\n    env: { DATABASE_URL: mine }`),
    ).toEqual([expect.stringContaining('6: apps.web.env.DATABASE_URL: the database sets it')])
  })

  test('what scales has no number of its own, and counts in requested CPU', () => {
    expect(problems(`apps:\n  web: { ${app}, scale: { max: 3 } }`)).toEqual([])
    expect(problems(`apps:\n  web: { ${app}, replicas: 2, scale: { max: 3 } }`)).toEqual([
      expect.stringContaining('2: apps.web.replicas: scale says how many there are'),
    ])
    const limits = 'resources: { limits: { cpu: 1 } }'
    expect(problems(`apps:\n  web: { ${app}, ${limits}, scale: { max: 3 } }`)).toEqual([
      expect.stringContaining('2: apps.web.resources: scale counts in requested CPU'),
    ])
    expect(problems(`apps:\n  web: { ${app}, scale: { min: 3, max: 2 } }`)).toEqual([
      expect.stringContaining('2: apps.web.scale.max: max is less than min'),
    ])
  })

  test('logs are a folder, and sent by somebody who may', () => {
    expect(problems(`apps:\n  web: { ${app}, logs: /var/log/web, serviceAccount: logger }`)).toEqual([])
    expect(problems(`apps:\n  web: { ${app}, logs: /var/log/web }`)).toEqual([
      expect.stringContaining('2: apps.web.logs: logs are sent as the pod: name its `serviceAccount`'),
    ])
    for (const bad of ['/', 'var/log', '/var/log/', '/var/../etc', '/var/a b', '/var:/log', '//log', '/.'])
      expect(problems(`apps:\n  web: { ${app}, serviceAccount: logger, logs: "${bad}" }`), bad).toHaveLength(1)
  })

  test('what an app waits for is an address', () => {
    expect(
      problems(`database: {}\napps:\n  web: { ${app}, waitFor: [database, "redis:6379", api] }\n  api: { ${app} }`),
    ).toEqual([])
    for (const bad of ['redis', 'web', 'http://redis:80', 'redis:0', '$(id):80', '-x:80'])
      expect(problems(`apps:\n  web: { ${app}, waitFor: ["${bad}"] }`)).toHaveLength(1)
  })
})
