import { globSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../src/config.ts'
import { previewSchema } from './preview-schema.ts'

const ajv = new Ajv({ allowUnionTypes: true, strictRequired: false, strictTypes: false })
for (const keyword of ['patternErrorMessage', 'errorMessage']) ajv.addKeyword(keyword)
const schema = ajv.compile(previewSchema())

const refusedBy = (text: string): string[] => [
  ...('problems' in parseConfig(text) ? ['parser'] : []),
  ...(schema(parse(text)) ? [] : ['schema']),
]
const BOTH = ['parser', 'schema']

const documents = [...globSync(['examples/**/.github/preview.yaml', 'test/fixtures/**/.github/preview.yaml'])]
const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```yaml\n(.*?)^```/gms)]
  .map(([, block = '']) => block)
  .filter((block) => /^apps:/m.test(block))
const written = [
  ...documents.map((file): [string, string] => [file, readFileSync(file, 'utf8')]),
  ...blocks.map((block, index): [string, string] => [`block ${index + 1} of README.md`, block]),
]

test('there is something to look at', () => {
  expect(documents.length).toBeGreaterThanOrEqual(6)
  expect(blocks.length).toBeGreaterThanOrEqual(5)
})

test.each(written)('%s is right', (_, text) => expect(refusedBy(text)).toEqual([]))

type Described = { properties?: Record<string, Described>; description?: string; if?: object; anyOf?: Described[] } & {
  additionalProperties?: Described | boolean
}
const undescribed = (at: string, { properties = {}, additionalProperties: other, anyOf = [] }: Described): string[] => [
  ...Object.entries(properties).flatMap(([key, each]) => [
    // A check is told by its kind.
    ...(each.description === undefined && each.if === undefined ? [`${at}.${key}`] : []),
    ...undescribed(`${at}.${key}`, each),
  ]),
  ...(typeof other === 'object' ? undescribed(`${at}.*`, other) : []),
  ...anyOf.flatMap((each) => undescribed(at, each)),
]

test('every key says what it is', () => {
  const {
    then: own,
    else: base,
    definitions,
  } = previewSchema() as Record<'then' | 'else', Described> & {
    definitions: Record<string, Described>
  }
  expect(Object.entries({ own, base, ...definitions }).flatMap(([name, each]) => undescribed(name, each))).toEqual([])
})

const app = (...keys: string[]) => `apps: { web: { ${['image: a', 'port: 80', ...keys].join(', ')} } }`
const own = (app = '', ...top: string[]) =>
  [
    'kustomization: k8s',
    ...top,
    `apps: { web: { service: { name: web, port: http }, ingress: web${app && `, ${app}`} } }`,
  ].join('\n')
const check = (text: string) => app(`checks: { ${text} }`)

describe('right', () => {
  test.each([
    app(),
    app('env: { A: 1, B: true, C: , D: text, E: 1.5 }'),
    app('image: "registry:5000/a:1"', 'health: "/x?y=1"').replace('image: a, ', ''),
    app('waitFor: [web2, "redis:6379"]').replace('} }', '}, web2: { image: b, port: 1 } }'),
    app('scale: { max: 3 }'),
    app('resources: { requests: { cpu: 1, memory: 1Gi } }', 'commit: { path: $.commit }'),
    app('expose: none'),
    app('expose: loadBalancer', 'secrets: [mail, API_KEY]'),
    `database: {}\n${app('waitFor: [database]')}`,
    `database: { env: { url: DB_URL } }\nsmoke: { attempts: 3 }\n${app()}`,
    own(),
    own('image: "registry.example:5000/shop/web", health: /up', 'rewriteServiceHosts: true'),
    own().replace('k8s', './k8s/overlays//..preview/'),
    own('image: [a, b/c]').replace('ingress: web, ', ''),
    own('expose: nodePort'),
    own('expose: istio').replace('ingress: web, ', '').replace('http', '80'),
    check('login: { path: /login, body: [1, { a: null }], token: $.a.b }'),
    check('mine: { kind: call, path: "/{marker}/{json.id}", expect: { status: [200, 201], json: [x] } }'),
    check('login: { kind: call, path: /x }'),
    check('queue: { path: /x, form: { a: b }, then: { path: /y, within: 30s, app: web } }'),
    check('storage: { path: /x, object: { bucket: b, key: "a/{marker}" } }'),
  ])('%s', (text) => expect(refusedBy(text)).toEqual([]))
})

describe('wrong', () => {
  test.each([
    '',
    '[]',
    'apps: {}',
    'apps: { web: { image: a } }',
    'apps: { Web: { image: a, port: 1 } }',
    `apps: { ${'a'.repeat(31)}: { image: a, port: 1 } }`,
    app('port: 0').replace('port: 80, ', ''),
    app('port: "80"').replace('port: 80, ', ''),
    app('ingress: web'),
    app('helth: /x'),
    app('health: //evil.example'),
    app('health: https://evil.example'),
    app('env: { 1A: x }'),
    app('env: { A: [x] }'),
    app('secrets: mail'),
    app('secrets: ["a b"]'),
    app('secrets: [Mail]'),
    app('expose: public'),
    app('command: []'),
    app('migrate: {}'),
    app('waitFor: ["redis:0"]'),
    app('replicas: 21'),
    app('scale: { min: 1 }'),
    app('logs: var/log', 'serviceAccount: a'),
    app('commit: { header: a, path: b }'),
    `extra: 1\n${app()}`,
    `rewriteServiceHosts: true\n${app()}`,
    `database: { env: { hostname: A } }\n${app()}`,
    `smoke: {}\n${app()}`,
    own('port: 80'),
    own('image: "a:1"'),
    own('image: []'),
    own('secrets: [mail]'),
    own('', 'rewriteServiceHosts: 1'),
    own().replace('port: http', 'port: 70000'),
    own().replace('ingress', 'ingres'),
    ...['/etc', '../other', 'k8s/../../x', '~/k8s', 'https://example.com/x', 'k8s/kustomization.yaml', '""', '3'].map(
      (folder) => own().replace('k8s', folder),
    ),
    check('login: { path: login }'),
    check('login: { path: "/{oops}" }'),
    check('mine: { path: /x }'),
    check('mine: { kind: other, path: /x }'),
    check('login: { path: /x, row: { table: a, where: { a: "{marker}" } } }'),
    check('write: { path: /x }'),
    check('queue: { path: /x }'),
    check('storage: { path: /x, object: { bucket: b, key: a } }'),
    check('write: { path: /x, row: { table: a, where: {} } }'),
    check('call: { path: /x, expect: 99 }'),
    check('call: { path: /x, then: { path: /y, within: 1m } }'),
  ])('%s', (text) => expect(refusedBy(text)).toEqual(BOTH))
})

/** How one key bears on another. */
const ACROSS = [
  app('replicas: 2', 'scale: { max: 3 }'),
  app('scale: { min: 3, max: 2 }'),
  app('scale: { max: 2 }', 'resources: { limits: { cpu: 1 } }'),
  app('logs: /var/log/web'),
  app('waitFor: [database]'),
  app('waitFor: [redis]'),
  app('expose: none', 'commit: { header: x }'),
  app('secrets: [API_KEY]', 'env: { API_KEY: x }'),
  own('expose: istio'),
  own('expose: loadBalancer').replace('ingress: web, ', ''),
  `database: {}\n${app('env: { DATABASE_URL: mine }')}`,
  `database: { env: { host: A, port: A } }\n${app()}`,
  own().replace(' } }', ' }, api: { service: { name: api, port: 80 }, ingress: web } }'),
  check('login: { path: /a }, other: { kind: login, path: /b }'),
  check('call: { path: /a, then: { path: /b, app: api } }'),
  check('call: { path: /a, body: x, form: { a: b } }'),
  check('write: { path: /a, row: { table: a, where: { a: b } } }'),
  // An expression without regard to case is none that JSON Schema has.
  check('call: { path: /a, headers: { Host: other.example } }'),
]
describe('what a JSON Schema cannot say is left to the parser', () => {
  test.each(ACROSS)('%s', (text) => expect(refusedBy(text)).toEqual(['parser']))
})

/** Everything below a value, as paths. */
const pathsIn = (value: unknown): string[][] =>
  typeof value === 'object' && value !== null
    ? [[], ...Object.entries(value).flatMap(([key, each]) => pathsIn(each).map((path) => [key, ...path]))]
    : [[]]

const changed = (value: unknown, [key, ...rest]: string[], change: (value: unknown) => unknown): unknown => {
  if (key === undefined) return change(value)
  const copy = structuredClone(value) as Record<string, unknown>
  const next = changed(copy[key], rest, change)
  if (next === undefined) delete copy[key]
  else copy[key] = next
  return Array.isArray(copy) ? copy.filter((each) => each !== undefined) : copy
}

const KEYS = ['image', 'port', 'ingress', 'kustomization', 'kind', 'env', 'then', 'row', 'apps', 'A', 'b-c', 'x y', '0']
const VALUES = [
  null,
  true,
  0,
  3,
  1.5,
  -1,
  70000,
  '',
  'a',
  'A',
  'a b',
  '/a',
  '//a',
  '../a',
  '{marker}',
  'a:1',
  '5s',
  'á',
]
const oneChange = fc.oneof(
  fc.constant(() => undefined),
  fc.constantFrom(...VALUES, [], {}, ['a'], { a: 'a' }).map((value) => () => value),
  fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES, {})).map(
    ([key, value]) =>
      (before: unknown) =>
        typeof before === 'object' && before !== null && !Array.isArray(before) ? { ...before, [key]: value } : before,
  ),
)

test('of files with a mistake somewhere, the schema refuses none that the parser takes', () => {
  const files = written.map(([, text]) => parse(text))
  const mistaken = fc
    .constantFrom(...files)
    .chain((file) =>
      fc
        .tuple(fc.constantFrom(...pathsIn(file)), oneChange)
        .map(([path, change]) => JSON.stringify(changed(file, path, change) ?? null)),
    )
  let both = 0
  fc.assert(
    fc.property(mistaken, (text) => {
      const by = refusedBy(text)
      if (by.length === 2) both++
      expect(by, text).not.toEqual(['schema'])
    }),
    { numRuns: 2000 },
  )
  expect(both).toBeGreaterThan(500)
})
