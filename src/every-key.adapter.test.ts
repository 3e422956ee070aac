import os from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { previewSchema } from '../local/preview-schema.ts'
import { anyKustomize, planFor } from '../local/rendering.ts'
import { databaseSecret } from './database/secret.ts'
import type { Kustomize } from './kustomize/kustomize.ts'
import { startTrees, type Trees } from './kustomize/testing/trees.ts'
import type { DeployPlan } from './plan.ts'
import { render } from './render.ts'
import { inputOf } from './smoke/input.ts'
import { fault } from './web/judge.ts'

/** What each key of `.github/preview.yaml` does: with it and without it, in everything that is made of the file. */

/** A team's own: one Service with two ports and another, and an Ingress without rules; once more under another name. */
const TREE = {
  'k8s/kustomization.yaml': 'resources: [all.yaml]\n',
  'k8s/all.yaml': `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      initContainers: [{ name: first, image: "shop/first:1" }]
      containers: [{ name: web, image: "shop/web:1", env: [{ name: API, value: "http://web:81" }] }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80 }, { name: admin, port: 81 }] }
---
apiVersion: v1
kind: Service
metadata: { name: other }
spec: { selector: { app: web }, ports: [{ name: http, port: 80 }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
`,
  'bare/kustomization.yaml':
    'resources: [../k8s]\npatches: [{ target: { kind: Ingress }, patch: "{ $patch: delete, apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: web } }" }]\n',
  'edge/kustomization.yaml': `
resources: [../k8s]
patches:
  - target: { kind: Ingress }
    options: { allowNameChange: true }
    patch: '[{ "op": "replace", "path": "/metadata/name", "value": "edge" }]'
`,
}

let trees: Trees
let folder: string
let kustomize: Kustomize
beforeAll(async () => {
  trees = await startTrees()
  folder = await trees.make(TREE)
  kustomize = await anyKustomize()
})
afterAll(() => trees.close())

const leaves = (value: unknown, at = ''): string[] =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([key, each]) => leaves(each, at === '' ? key : `${at} ${key}`))
    : [`${at}: ${cut(JSON.stringify(value))}`]
/** Files that kustomize-base/ brings along are nobody's key. */
const cut = (text: string): string => (text.length > 120 ? `${text.slice(0, 40)}…` : text)

const made = new Map<string, Promise<string[]>>()
const linesOf = (text: string): Promise<string[]> => {
  const lines = made.get(text) ?? allOf(text)
  made.set(text, lines)
  return lines
}

const OLDER = { status: 200, headers: { 'x-commit': 'older' }, body: '{ "build": { "commit": "older" } }' }

/** What is made of the file, a line for each value. */
const allOf = async (text: string): Promise<string[]> => {
  const plan = planFor(text, { folder, sharedObjects: ['Secret/mail', 'Secret/registry', 'ServiceAccount/sender'] })
  const { suffix } = plan.placement
  const { objects } = await render(kustomize, plan, os.tmpdir())
  const database = plan.database && databaseSecret(accessTo(plan, plan.database))
  const input = inputOf(plan, { database: 'preview', runUrl: '', previous: null })
  return [
    ...[...objects, ...(database ? [database] : [])].flatMap((object) => {
      // The hash of what is in it is a line of its own.
      const [, name = '', hash] = /^(.*?)(?:-([a-z0-9]{8}|[a-z0-9]{10}))?$/.exec(object.metadata.name) ?? []
      const short = `${object.kind}/${name.replace(suffix, '')}`
      return [...(hash ? [`hash: ${hash}`] : []), ...leaves(object)].map((line) =>
        `${short} ${line}`.replace(`${name}-${hash}`, `${name}-HASH`),
      )
    }),
    ...leaves(input).map((line) => `Smoke check ${line}`),
    ...plan.apps.map(({ name, address, config: { commit } }) => {
      if (address === undefined) return `Probe of ${name}: none`
      const said = fault(OLDER as never, { commit, sha: plan.commit }) ?? 'good'
      return `Probe of ${name} ${address.url}${address.health}, when an older commit answers: ${said}`
    }),
    ...plan.apps.map(({ name, address }) => `DNS of ${name}: ${JSON.stringify(address?.leadsTo)}`),
  ]
}

const accessTo = (
  { environment, placement }: DeployPlan,
  { settings, variables }: NonNullable<DeployPlan['database']>,
) => {
  const { engine, host, port } = settings
  const lease = { name: 'preview', generation: 1 }
  const credentials = { username: 'u', password: 'p', version: '1' }
  return { environment, placement, variables, engine, host, port, lease, credentials }
}

const difference = async (without: string, wanted: string): Promise<string> => {
  const [before, after] = [await linesOf(without), await linesOf(wanted)]
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ].join('\n')
}

type Row = [key: string, wanted: string, without?: string]

const app = (keys = '', top = '') => `${top}\napps: { web: { image: web, port: 80, ${keys} } }`
const own = (keys = '', top = 'kustomization: k8s') =>
  `${top}\napps: { web: { service: { name: web, port: http }, ingress: web, ${keys} } }`
/** The keys that both forms have. */
const shared = (form: typeof app): Row[] => [
  ['apps.*.health', form('health: /up')],
  ['apps.*.commit.header', form('commit: { header: x-commit }')],
  ['apps.*.commit.path', form('commit: { path: build.commit }')],
  ['apps.*.checks', form('checks: { login: { path: /login } }')],
]
const names = ['host', 'port', 'name', 'user', 'password', 'url']

const WAYS = ['nodePort', 'istio', 'loadBalancer', 'none']

const BASE: Row[] = [
  ...WAYS.map((way): Row => [`apps.*.expose: ${way}`, app(`expose: ${way}`)]),
  ['apps.*.image', app().replace('image: web', 'image: "registry.example:5000/shop:2"')],
  ['apps.*.port', app().replace('port: 80', 'port: 3000')],
  ['apps.*.env.*', app('env: { NEXT: "http://web/x", ON: on }')],
  ['apps.*.secrets', app('secrets: [mail]')],
  [
    'apps.*.secrets: [API_KEY]',
    app('secrets: [API_KEY], migrate: { command: [up] }'),
    app('migrate: { command: [up] }'),
  ],
  ['apps.*.command', app('command: [run, --now]')],
  ['apps.*.migrate.command', app('migrate: { command: [up] }')],
  ['apps.*.migrate.image', app('migrate: { command: [up], image: schema }'), app('migrate: { command: [up] }')],
  ['apps.*.waitFor', app('waitFor: ["redis:6379"]')],
  ['apps.*.replicas', app('replicas: 3')],
  ['apps.*.scale.max', app('scale: { max: 5 }')],
  ['apps.*.scale.min', app('scale: { max: 5, min: 2 }'), app('scale: { max: 5 }')],
  ['apps.*.scale.cpu', app('scale: { max: 5, cpu: 50 }'), app('scale: { max: 5 }')],
  ['apps.*.resources.requests.*', app('resources: { requests: { cpu: 1 } }')],
  ['apps.*.resources.limits.*', app('resources: { limits: { memory: 1Gi } }')],
  ['apps.*.serviceAccount', app('serviceAccount: sender')],
  ['apps.*.imagePullSecrets', app('imagePullSecrets: [registry]')],
  ['apps.*.logs', app('logs: /var/log/web, serviceAccount: sender'), app('serviceAccount: sender')],
  ...shared(app),
  ...names.map(
    (name): Row => [`database.env.${name}`, app('', `database: { env: { ${name}: X } }`), app('', 'database: {}')],
  ),
  ['database', app('', 'database: {}')],
  ['apps.*.waitFor: [database]', app('waitFor: [database]', 'database: {}'), app('', 'database: {}')],
  ['smoke.attempts', app('', 'smoke: { attempts: 5 }')],
]

/** Without an Ingress in the manifests the action makes what leads there. */
const bare = (way: string) => `kustomization: bare\napps: { web: { service: { name: web, port: 80 }, expose: ${way} } }`

const OWN: Row[] = [
  ...WAYS.map((way): Row => [`apps.*.expose: ${way}`, bare(way), bare('ingress')]),
  ['kustomization', own('', 'kustomization: edge').replace('ingress: web', 'ingress: edge')],
  ['rewriteServiceHosts', own('', 'kustomization: k8s\nrewriteServiceHosts: true')],
  ['apps.*.service.name', own().replace('name: web', 'name: other')],
  ['apps.*.service.port', own().replace('port: http', 'port: 81')],
  ['apps.*.ingress', own('', 'kustomization: edge').replace('ingress: web', 'ingress: edge')],
  ['apps.*.ingress: none', own('', 'kustomization: bare').replace('ingress: web, ', ''), own()],
  ['apps.*.image', own('image: shop/web')],
  ['apps.*.image: two', own('image: [shop/web, shop/first]')],
  ...shared(own as typeof app),
  ...names.map(
    (name): Row => [
      `database.env.${name}`,
      own('', `kustomization: k8s\ndatabase: { env: { ${name}: X } }`),
      own('', 'kustomization: k8s\ndatabase: {}'),
    ],
  ),
  ['database', own('', 'kustomization: k8s\ndatabase: {}')],
  ['smoke.attempts', own('', 'kustomization: k8s\nsmoke: { attempts: 5 }')],
]

type Schema = { properties?: Record<string, Schema>; additionalProperties?: Schema | boolean; anyOf?: Schema[] }
const keysIn = (schema: Schema, at: string[] = []): string[] => {
  // The kinds of checks have tests of their own.
  if (at.at(-1) === 'checks') return [at.join('.')]
  const { properties = {}, additionalProperties: other, anyOf = [] } = schema
  const below = [
    ...Object.entries(properties).flatMap(([key, each]) => keysIn(each, [...at, key])),
    ...(typeof other === 'object' ? keysIn(other, [...at, '*']) : []),
    ...anyOf.flatMap((each) => keysIn(each, at)),
  ]
  return below.length > 0 ? [...new Set(below)] : [at.join('.')]
}

const { then: ownForm, else: baseForm } = previewSchema() as { then: Schema; else: Schema }

describe.each([
  ['made from kustomize-base/', baseForm, BASE, app()],
  ['manifests of its own', ownForm, OWN, own()],
])('%s', (_, form, rows, minimal) => {
  test('no key is without a row', () => {
    expect(rows.map(([key]) => key.split(':')[0])).toEqual(expect.arrayContaining(keysIn(form)))
  })
  test.each(rows)('%s', async (_key, wanted, without = minimal) => {
    const changed = await difference(without, wanted)
    expect(changed).not.toBe('')
    expect(changed).toMatchSnapshot()
  })
})
