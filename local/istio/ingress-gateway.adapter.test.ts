import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { V1EndpointSlice, V1Service } from '@kubernetes/client-node'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Mesh, startIngressGateway } from './ingress-gateway.ts'
import type { VirtualService } from './routes.ts'

const HOST = 'app.preview.test'
let gateway: Awaited<ReturnType<typeof startIngressGateway>>
let app: http.Server
let mesh: Mesh

const service = (name: string, ports: { name?: string; port: number }[]): V1Service => ({
  metadata: { name, namespace: 'shop' },
  spec: { ports },
})
const slice = (name: string, port: number, addresses: string[]): V1EndpointSlice => ({
  addressType: 'IPv4',
  metadata: { namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
  ports: [{ name: '', port }],
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
})
const leads = (host: string, port?: number): VirtualService[] => [
  {
    metadata: { name: 'web', namespace: 'shop', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      hosts: [HOST],
      gateways: ['istio-system/previews'],
      http: [{ route: [{ destination: { host, ...(port && { port: { number: port } }) } }] }],
    },
  },
]

beforeAll(async () => {
  app = http
    .createServer((request, response) => response.end(`${request.headers.host}${request.url}`))
    .listen(0, '127.0.0.1')
  await once(app, 'listening')
  gateway = await startIngressGateway('127.0.0.1', async () => mesh)
})
afterAll(async () => {
  await gateway.close()
  app.closeAllConnections()
  app.close()
})
beforeEach(() => {
  mesh = {
    gateway: {
      metadata: { name: 'previews', namespace: 'istio-system' },
      spec: { servers: [{ hosts: ['*.preview.test'] }] },
    },
    virtualServices: leads('web', 80),
    services: [service('web', [{ port: 80 }]), service('none', [{ port: 80 }]), service('down', [{ port: 80 }])],
    slices: [
      slice('web', (app.address() as AddressInfo).port, ['127.0.0.1']),
      slice('none', 1, []),
      slice('down', 9, ['127.0.0.1']),
    ],
  }
})

const get = async (host: string, path = '/') => {
  const request = http.get({ host: '127.0.0.1', port: gateway.port, path, headers: { host }, agent: false })
  const [response] = await once(request, 'response')
  return { status: response.statusCode, server: response.headers.server, body: await text(response) }
}

test('a request reaches a pod with its host, path and query', async () => {
  expect(await get(`${HOST}:8080`, '/a?b=1')).toMatchObject({ status: 200, body: `${HOST}:8080/a?b=1` })
})

test.each<[string, VirtualService[], number, string]>([
  ['a Service that does not exist', leads('gone', 80), 503, ''],
  ['a port that the Service does not have', leads('web', 81), 503, ''],
  ['a name with a dot that is no full one', leads('web.shop', 80), 503, ''],
  ['a Service without ready pods', leads('none'), 503, 'no healthy upstream'],
  [
    'pods that do not answer',
    leads('down'),
    503,
    'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
  ],
])('%s is told as Envoy tells it', async (_, virtualServices, status, body) => {
  mesh = { ...mesh, virtualServices }
  expect(await get(HOST)).toMatchObject({ status, body })
})

test('a host that leads nowhere is not found, nor is any without a gateway', async () => {
  expect(await get('other.preview.test')).toEqual({ status: 404, server: 'istio-envoy', body: '' })
  mesh = { ...mesh, gateway: undefined }
  expect(await get(HOST)).toMatchObject({ status: 404 })
})

test('what this gateway cannot do is said, not passed over', async () => {
  const http = [{ redirect: { uri: '/x' } } as object]
  mesh = { ...mesh, virtualServices: leads('web').map((one) => ({ ...one, spec: { ...one.spec, http } })) }
  expect(await get(HOST)).toMatchObject({ status: 501, body: expect.stringContaining('redirect') })
})
