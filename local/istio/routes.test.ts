import { describe, expect, test } from 'vitest'
import { draw, type Gateway, type HttpRoute, routeOf, type VirtualService } from './routes.ts'

const gateway: Gateway = {
  metadata: { name: 'previews', namespace: 'istio-system' },
  spec: { servers: [{ hosts: ['*.preview.test'] }] },
}
const to = (host: string, port?: number, weight?: number) => ({
  destination: { host, ...(port && { port: { number: port } }) },
  ...(weight && { weight }),
})

type Shape = Partial<VirtualService['spec']> & { name?: string; namespace?: string; created?: number }
const service = ({ name = 'web', namespace = 'shop', created = 0, ...spec }: Shape = {}): VirtualService => ({
  metadata: { name, namespace, creationTimestamp: new Date(created * 1000).toISOString() },
  spec: {
    hosts: ['app.preview.test'],
    gateways: ['istio-system/previews'],
    http: [{ route: [to('web', 80)] }],
    ...spec,
  },
})
const targets = (host: string, path: string, services: VirtualService[], at = gateway) => {
  const route = routeOf(host, path, at, services)
  return route.kind === 'forward' ? route.destinations.map((one) => `${one.service}:${one.port ?? ''}`) : route.kind
}
const WEB = ['web.shop.svc.cluster.local:80']

test('a short name is a Service beside the VirtualService; one with a dot is taken as it is', () => {
  expect(targets('app.preview.test', '/', [service()])).toEqual(WEB)
  const route = (host: string) => service({ http: [{ route: [to(host)] }] })
  expect(targets('app.preview.test', '/', [route('api.other.svc.cluster.local')])).toEqual([
    'api.other.svc.cluster.local:',
  ])
  expect(targets('app.preview.test', '/', [route('api.other')])).toEqual(['api.other:'])
})

test.each<[string, string, Shape, string[] | string]>([
  ['the port asked for does not matter', 'APP.preview.test:8080', {}, WEB],
  ['a host below any depth is the gateway’s', 'a.b.preview.test', { hosts: ['a.b.preview.test'] }, WEB],
  ['a wildcard of its own', 'any.preview.test', { hosts: ['*.preview.test'] }, WEB],
  ['every host, as far as the gateway goes', 'any.preview.test', { hosts: ['*'] }, WEB],
  ['a host of nobody’s', 'other.preview.test', {}, 'not found'],
  ['a host that is not the gateway’s', 'app.example.test', { hosts: ['app.example.test'] }, 'not found'],
  ['a VirtualService that names no gateway', 'app.preview.test', { gateways: undefined as never }, 'not found'],
  ['one that names another gateway', 'app.preview.test', { gateways: ['previews'] }, 'not found'],
  [
    'one beside the gateway, by its short name',
    'app.preview.test',
    { namespace: 'istio-system', gateways: ['previews'], http: [{ route: [to('web.shop.svc.cluster.local', 80)] }] },
    WEB,
  ],
  ['one kept to its own namespace', 'app.preview.test', { exportTo: ['.'] }, 'not found'],
  ['one shown to the gateway', 'app.preview.test', { exportTo: ['istio-system'] }, WEB],
])('%s', (_, host, shape, expected) => {
  expect(targets(host, '/', [service(shape)])).toEqual(expected)
})

test('a gateway may keep a host for one namespace', () => {
  const kept: Gateway = { ...gateway, spec: { servers: [{ hosts: ['shop/*.preview.test'] }] } }
  expect(targets('app.preview.test', '/', [service()], kept)).toEqual(WEB)
  expect(targets('app.preview.test', '/', [service({ namespace: 'other' })], kept)).toBe('not found')
})

describe('Of the routes of a host', () => {
  const http: HttpRoute[] = [
    { match: [{ uri: { exact: '/login' } }, { uri: { prefix: '/session' } }], route: [to('auth')] },
    { match: [{ uri: { prefix: '/api' } }], route: [to('api')] },
    { route: [to('web')] },
  ]
  test.each([
    ['/login', 'auth'],
    ['/login/', 'web'],
    ['/session/1', 'auth'],
    ['/api', 'api'],
    // A prefix is text, not a folder.
    ['/apiary', 'api'],
    ['/', 'web'],
  ])('%s goes to %s', (path, name) => {
    expect(targets('app.preview.test', path, [service({ http })])).toEqual([`${name}.shop.svc.cluster.local:`])
  })

  test('none may fit', () => {
    const some = service({ http: http.slice(0, 2) })
    expect(targets('app.preview.test', '/', [some])).toBe('not found')
  })

  test('what fits everything comes after the rest, wherever it is written', () => {
    const turned = service({ http: http.toReversed() })
    expect(targets('app.preview.test', '/api', [turned])).toEqual(['api.shop.svc.cluster.local:'])
  })

  test('the closest host’s are taken, and no other’s', () => {
    const wide = service({ name: 'wide', hosts: ['*.preview.test'], http: [{ route: [to('wide')] }] })
    expect(targets('app.preview.test', '/', [wide, service()])).toEqual(WEB)
    expect(targets('any.preview.test', '/', [wide, service()])).toEqual(['wide.shop.svc.cluster.local:'])
  })
})

describe('Of two that claim one host', () => {
  const young = service({ name: 'a-young', created: 2, http: [{ route: [to('young')] }] })
  const old = service({ name: 'old', created: 1 })

  test('the oldest wins', () => {
    expect(targets('app.preview.test', '/', [young, old])).toEqual(WEB)
  })

  test('the younger one is asked where the oldest has no answer', () => {
    const narrow = service({
      name: 'old',
      created: 1,
      http: [{ match: [{ uri: { prefix: '/a' } }], route: [to('web', 80)] }],
    })
    expect(targets('app.preview.test', '/a', [young, narrow])).toEqual(WEB)
    expect(targets('app.preview.test', '/b', [young, narrow])).toEqual(['young.shop.svc.cluster.local:'])
  })
})

test.each<[string, HttpRoute]>([
  ['rewrite', { rewrite: { uri: '/' }, route: [to('web')] } as HttpRoute],
  ['headers', { match: [{ headers: {} }], route: [to('web')] } as unknown as HttpRoute],
  ['regex', { match: [{ uri: { regex: '.*' } }], route: [to('web')] } as unknown as HttpRoute],
])('what only the real one can do is named: %s', (what, route) => {
  expect(routeOf('app.preview.test', '/', gateway, [service({ http: [route] })])).toEqual({ kind: 'beyond', what })
})

test('several destinations are drawn by weight', () => {
  const route = routeOf('app.preview.test', '/', gateway, [
    service({ http: [{ route: [to('a', 80, 20), to('b', 80, 80), to('c', 80)] }] }),
  ])
  const destinations = route.kind === 'forward' ? route.destinations : []
  const drawn = [0, 0.19, 0.2, 0.99].map((random) => draw(destinations, random)?.service.split('.')[0])
  expect(drawn).toEqual(['a', 'a', 'b', 'b'])
  expect(draw([], 0.5)).toBeUndefined()
})
