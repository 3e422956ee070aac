import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'

const problems = (text: string) => {
  const read = parseConfig(text)
  return 'problems' in read ? read.problems.map(({ line, message }) => `${line}: ${message}`) : []
}

test('three keys are enough', () => {
  const read = parseConfig('apps:\n  app1: { image: registry.example/app1, port: 3000, health: /healthz }\n')
  expect(read).toMatchObject({ config: { apps: { app1: { port: 3000, health: '/healthz', replicas: 1, env: {} } } } })
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
