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

describe('with manifests of its own', () => {
  const own = (app: string, top = '') =>
    `kustomization: k8s/overlays/preview\n${top}apps:\n  web:\n    service: { name: web, port: http }\n    ingress: web\n${app}`

  test('an app names its Service and its Ingress', () => {
    expect(parseConfig(own('    image: registry.example:5000/shop/web\n', 'rewriteServiceHosts: true\n'))).toEqual({
      config: {
        kustomization: 'k8s/overlays/preview',
        rewriteServiceHosts: true,
        apps: {
          web: {
            service: { name: 'web', port: 'http' },
            ingress: 'web',
            image: 'registry.example:5000/shop/web',
            expose: 'ingress',
          },
        },
      },
    })
  })

  test.each([
    ['.', '.'],
    ['./k8s/', 'k8s'],
    ['k8s//preview', 'k8s/preview'],
  ])('the folder %s is %s', (written, folder) => {
    expect(parseConfig(own('').replace('k8s/overlays/preview', written))).toMatchObject({
      config: { kustomization: folder },
    })
  })

  test.each([
    '/etc',
    '../other',
    'k8s/../../other',
    '~/k8s',
    'https://example.com/base?ref=main',
    'C:\\k8s',
    '""',
    '3',
  ])('the folder %s is refused', (written) =>
    expect(problems(own('').replace('k8s/overlays/preview', written))).toEqual([expect.stringMatching(/^1: /)]),
  )

  test('it says everything that is wrong, each with its line', () => {
    expect(
      problems(`kustomization: k8s/kustomization.yaml
rewriteServiceHosts: yes please
apps:
  web:
    service: { name: Web, port: 70000 }
    image: registry.example/web:1
    port: 3000
  api:
    service: { name: api }
    ingress: web
    helth: /x
`),
    ).toEqual([
      '1: kustomization: name the folder, not the file in it',
      '2: rewriteServiceHosts: Invalid input: expected boolean, received string',
      '5: apps.web.service.name: not a Kubernetes object name',
      '5: apps.web.service.port: Too big: expected number to be <=65535',
      '6: apps.web.image: write the name that the manifests have, without a tag',
      '7: apps.web.port: not together with kustomization: the manifests say it',
      '9: apps.api.service.port: is missing',
      '11: apps.api.helth: unknown key',
    ])
  })

  test('keys that need it say so without it', () => {
    expect(problems('apps:\n  web:\n    image: a\n    port: 1\n    ingress: web\n')).toEqual([
      '5: apps.web.ingress: only together with kustomization',
    ])
  })

  test('images may be several, and the Ingress may be left to the action', () => {
    const text = 'kustomization: k8s\napps: { web: { service: { name: web, port: 80 }, image: [rails, nginx] } }'
    expect(parseConfig(text)).toMatchObject({
      config: { apps: { web: { image: ['rails', 'nginx'], expose: 'ingress' } } },
    })
  })

  test('what leads to an app decides what is needed', () => {
    expect(
      problems(`kustomization: k8s
apps:
  a: { service: { name: a, port: http }, expose: loadBalancer }
  b: { service: { name: b, port: http }, expose: istio, ingress: b }
  c: { service: { name: c, port: http }, expose: none, commit: { header: x } }
  d: { service: { name: d, port: 80 } }
  e: { service: { name: e, port: 80 }, ingress: d }
`),
    ).toEqual([
      '3: apps.a.service.port: write its number, which `expose: loadBalancer` needs',
      '4: apps.b.service.port: write its number, which `expose: istio` needs',
      '4: apps.b.ingress: no Ingress leads to an app with `expose: istio`',
      "7: apps.e.ingress: apps.d has the Ingress d, and an Ingress has one app's host: give each an Ingress of its own",
      '5: apps.c.commit: an app with `expose: none` has no URL to ask: take one of the two out',
    ])
  })

  test('an Ingress is the host of one app', () => {
    expect(problems(own('  api:\n    service: { name: api, port: 80 }\n    ingress: web\n'))).toEqual([
      "8: apps.api.ingress: apps.web has the Ingress web, and an Ingress has one app's host: give each an Ingress of its own",
    ])
  })
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
