import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Exposure } from '../config-schema.ts'
import { environmentOf, placementOf } from '../names.ts'
import { type OverlayApp, overlayOf, withoutTag } from './overlay.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'feature/login' }, true)
const where = (of = environment, isolation: 'shared' | 'namespace' = 'shared') => ({
  environment: of,
  placement: placementOf(of, { namespace: 'previews', isolation }),
})
const install = {
  ingressClass: 'alb',
  ingressGroup: 'preview',
  ingressAnnotations: {},
  loadBalancerAnnotations: { 'example.com/a~b': 'x' },
  istio: { gateway: 'istio-system/previews' },
}
const app: OverlayApp = {
  name: 'web',
  image: 'registry:5000/shop/web:abc',
  address: { host: 'h.preview.example.com', health: '/healthz' },
  hasDatabase: false,
  secretValues: {},
  config: {
    image: 'x',
    port: 8080,
    expose: 'ingress',
    health: '/healthz',
    env: {},
    secrets: [],
    waitFor: [],
    replicas: 2,
    imagePullSecrets: [],
  },
}
const overlay = (change: Partial<OverlayApp['config']> = {}, of: Partial<OverlayApp> = {}) =>
  parse(overlayOf({ ...app, ...of, config: { ...app.config, ...change } }, where(), install, '../base'))
const operations = (built: ReturnType<typeof overlay>, kind: string): { op: string; path: string; value: unknown }[] =>
  JSON.parse(built.patches.find((patch: { target: { kind: string } }) => patch.target.kind === kind).patch)

/** What the patches of all pods say of them. */
const initContainers = (built: ReturnType<typeof overlay>): object[] =>
  built.patches
    .filter((patch: { target: { kind: string } }) => patch.target.kind === 'Deployment|Job')
    .flatMap((patch: { patch: string }) => JSON.parse(patch.patch).spec.template.spec.initContainers)

test('names, labels and the image', () => {
  expect(overlay()).toMatchObject({
    resources: ['../base/app'],
    components: ['../base/ingress'],
    namespace: 'previews',
    nameSuffix: '-346e50ff9c5f',
    images: [{ name: 'app', newName: 'registry:5000/shop/web', newTag: 'abc' }],
  })
})

test('in a namespace of its own nothing has another name', () => {
  const built = parse(overlayOf(app, where(environment, 'namespace'), install, '../base'))
  expect(built).toMatchObject({ namespace: 'previews-346e50ff9c5f' })
  expect(built).not.toHaveProperty('nameSuffix')
})

test('a digest', () => {
  const digest = `sha256:${'0'.repeat(64)}`
  expect(overlay({}, { image: `repo/web:1@${digest}` }).images).toEqual([{ name: 'app', newName: 'repo/web', digest }])
})

test('an id of digits alone stays text, also for YAML 1.1 readers', () => {
  const digits = { ...environment, id: '1'.repeat(32), short: '1234567e9012' }
  const text = overlayOf(app, where(digits), install, '../base')
  expect(text).toMatch(/eks-preview\/env: ["']1{32}["']/)
  expect(text).toMatch(/nameSuffix: ["']?-1234567e9012/)
})

test('what is not asked for is not patched', () => {
  const paths = operations(overlay(), 'Deployment').map(({ path }) => path)
  expect(paths.filter((path) => /command|resources|serviceAccount|imagePullSecrets|envFrom/.test(path))).toEqual([])
})

test('every key of an app has its place', () => {
  const built = overlay({
    command: ['run', '--now'],
    resources: { limits: { memory: '1Gi' } },
    serviceAccount: 'logger',
    imagePullSecrets: ['registry'],
    secrets: ['mail'],
    env: { MODE: 'a\nb' },
  })
  const byPath = Object.fromEntries(operations(built, 'Deployment').map(({ path, value }) => [path, value]))
  expect(byPath).toMatchObject({
    '/spec/template/spec/containers/0/command': ['run', '--now'],
    '/spec/template/spec/containers/0/resources': { limits: { memory: '1Gi' } },
    '/spec/template/spec/serviceAccountName': 'logger',
    '/spec/template/spec/imagePullSecrets': [{ name: 'registry' }],
    '/spec/template/spec/containers/0/envFrom/-': { secretRef: { name: 'mail' } },
  })
  expect(operations(built, 'ConfigMap').at(-1)?.value).toEqual({ PORT: '8080', MODE: 'a\nb' })
})

test('a database is one more Secret; what is waited for holds back the app and its migration', () => {
  const built = overlay(
    { secrets: ['mail'], waitFor: ['db:3306'], migrate: { command: ['up'] } },
    { hasDatabase: true },
  )
  expect(built.components).toEqual(['../base/ingress', '../base/migration', '../base/wait-for'])
  expect(initContainers(built)).toEqual([{ name: 'wait-for', args: ['db:3306'] }])
  for (const kind of ['Deployment', 'Job']) {
    const added = operations(built, kind).map(({ path, value }) => [path, value])
    expect(added.filter(([path]) => path === '/spec/template/spec/containers/0/envFrom/-')).toEqual([
      ['/spec/template/spec/containers/0/envFrom/-', { secretRef: { name: 'mail' } }],
      ['/spec/template/spec/containers/0/envFrom/-', { secretRef: { name: 'preview-database' } }],
    ])
  }
})

test('scale: an autoscaler between two numbers, and a budget for disruptions', () => {
  const built = overlay({ scale: { min: 2, max: 5, cpu: 70 }, replicas: undefined })
  expect(built.components).toEqual(['../base/ingress', '../base/scale'])
  expect(operations(built, 'HorizontalPodAutoscaler').map(({ value }) => value)).toEqual(['web', 2, 5, 70])
  expect(operations(built, 'PodDisruptionBudget')).toEqual([{ op: 'replace', path: '/metadata/name', value: 'web' }])
})

test('logs: a folder for the app and its migration, and where its files go', () => {
  const logs = { folder: '/var/log/web', group: { name: '/previews', region: 'eu-west-1', partition: 'aws' } }
  const built = overlay({ waitFor: ['db:3306'], migrate: { command: ['up'] } }, { logs })
  expect(built.components.slice(-2)).toEqual(['../base/wait-for', '../base/logging'])
  expect(initContainers(built)[1]).toEqual({
    name: 'fluent-bit',
    env: [
      { name: 'LOG_GROUP', value: '/previews' },
      { name: 'LOG_REGION', value: 'eu-west-1' },
    ],
  })
  for (const kind of ['Deployment', 'Job'])
    expect(operations(built, kind)).toContainEqual({
      op: 'add',
      path: '/spec/template/spec/containers/0/volumeMounts',
      value: [{ name: 'logs', mountPath: '/var/log/web' }],
    })
})

describe('a migration', () => {
  const migrate = { command: ['migrate', 'up'] }

  test('is there only when asked for', () => {
    expect(JSON.stringify(overlay())).not.toMatch(/migra/)
    expect(overlay({ migrate }).components).toEqual(['../base/ingress', '../base/migration'])
  })

  test('is the app in another role: its image, its secrets, its identity', () => {
    const surroundings = {
      resources: { limits: { memory: '1Gi' } },
      serviceAccount: 'logger',
      imagePullSecrets: ['registry'],
      secrets: ['mail'],
    }
    const built = overlay({ migrate, command: ['serve'], ...surroundings })
    const [name, command, ...rest] = operations(built, 'Job')
    expect(name).toMatchObject({ path: '/metadata/name', value: 'web-migrate' })
    expect(command).toEqual({ op: 'add', path: '/spec/template/spec/containers/0/command', value: ['migrate', 'up'] })
    expect(operations(built, 'Deployment').slice(-rest.length)).toEqual(rest)
    expect(rest).toHaveLength(5)
  })

  test('may have an image of its own', () => {
    const [, image] = operations(overlay({ migrate: { ...migrate, image: 'repo/schema:3' } }), 'Job')
    expect(image).toEqual({ op: 'add', path: '/spec/template/spec/containers/0/image', value: 'repo/schema:3' })
  })
})

test.each([
  ['repo/web', 'repo/web'],
  ['repo/web:1', 'repo/web'],
  ['registry:5000/web', 'registry:5000/web'],
  ['registry:5000/web:1', 'registry:5000/web'],
])('%s without its tag is %s', (image, repository) => expect(withoutTag(image)).toBe(repository))

describe('what leads to the app', () => {
  const led = (expose: Exposure) => overlay({ expose })

  test('an Ingress; through a port of every node when it has to', () => {
    expect(operations(led('ingress'), 'Ingress')).not.toContainEqual(expect.objectContaining({ value: 'instance' }))
    expect(led('nodePort').components).toEqual(['../base/ingress', '../base/node-port'])
    expect(operations(led('nodePort'), 'Ingress').at(-1)?.value).toBe('instance')
  })

  test('a route of the Gateway', () => {
    const built = led('istio')
    expect(built.components).toEqual(['../base/istio'])
    expect(operations(built, 'VirtualService').map(({ value }) => value)).toEqual([
      'web',
      ['h.preview.example.com'],
      ['istio-system/previews'],
    ])
  })

  test('a load balancer of its own, as the install wants it', () => {
    const built = led('loadBalancer')
    expect(built.components).toEqual(['../base/load-balancer'])
    const [, annotations] = built.patches.filter(
      ({ target }: { target: { kind: string } }) => target.kind === 'Service',
    )
    expect(JSON.parse(annotations.patch)).toEqual([
      { op: 'add', path: '/metadata/annotations/example.com~1a~0b', value: 'x' },
    ])
  })

  test('nothing: without a path to ask it is ready when it takes connections', () => {
    const built = overlay({ expose: 'none', port: 6379, health: undefined }, { address: undefined })
    expect(built.components).toEqual([])
    expect(operations(built, 'Deployment')).toContainEqual({
      op: 'add',
      path: '/spec/template/spec/containers/0/readinessProbe/tcpSocket',
      value: { port: 'http' },
    })
  })
})

test('the Service listens on 80 and on the port of the app', () => {
  const ports = (port: number) => operations(overlay({ port }), 'Service').slice(1)
  expect(ports(8080)).toEqual([
    { op: 'add', path: '/spec/ports/-', value: { name: 'app', port: 8080, targetPort: 'http' } },
  ])
  expect(ports(80)).toEqual([])
})

test('secrets that the workflow hands over are a Secret of the app', () => {
  const built = overlay({ secrets: ['mail', 'API_KEY'] }, { secretValues: { API_KEY: 'k' } })
  expect(built.components).toEqual(['../base/ingress', '../base/secret'])
  expect(operations(built, 'Secret')).toEqual([
    { op: 'replace', path: '/metadata/name', value: 'web' },
    { op: 'add', path: '/data', value: { API_KEY: 'aw==' } },
  ])
  expect(JSON.stringify(operations(built, 'Deployment'))).not.toContain('API_KEY')
})
