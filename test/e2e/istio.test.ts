import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { appImage } from '../../local/images/build.ts'
import { type Istio, openIstio } from '../../local/istio/istio.ts'
import { until } from '../../local/stack/until.ts'
import { type Home, openHome } from './home.ts'

// The way of a request here, from the name to the pod: record, load balancer, gateway, VirtualService, Service.

const SECONDS = 30
let home: Home
let istio: Istio
beforeAll(async () => {
  ;[home, istio] = await Promise.all([openHome(), openIstio()])
})
afterAll(async () => {
  await istio.close()
  await home.end()
})

const apply = (...items: object[]): Promise<string> =>
  kubectl(['apply', '-n', home.namespace, '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
const app = (name: string): object[] => [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image: appImage, env: [{ name: 'APP', value: name }] }] },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 3000 }] },
  },
]
const virtualService = (name: string, host: string, http: object[]): object => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name },
  spec: { hosts: [host], gateways: [istio.gateway], http },
})
const to = (host: string) => ({ destination: { host, port: { number: 80 } } })
const get = async (host: string, path = '/healthz') => {
  const response = await fetch(`http://${host}:${home.stack.publicPort}${path}`)
  const body = await response.text()
  return { status: response.status, app: response.ok ? JSON.parse(body).app : body }
}
const becomes = (what: string, host: string, status: number, path?: string) =>
  until(what, SECONDS, async () => {
    const answer = await get(host, path)
    return answer.status === status ? answer : undefined
  })

test('a host is led by its VirtualService, by path and by weight, and no more when that is gone', async () => {
  expect(istio.hostname).toMatch(/^k8s-istiosys-istioing-\w+-\w+\.elb\.us-east-1\.amazonaws\.com$/)
  const host = `shop.${home.domain}`
  const AliasTarget = { HostedZoneId: 'Z26RNL4JYFTOTI', DNSName: istio.hostname, EvaluateTargetHealth: false }
  await home.addRecords({ Name: host, Type: 'A', AliasTarget })
  await until('the record', SECONDS, () => get(host))
  expect(await get(host)).toEqual({ status: 404, app: '' })

  const http = [
    { match: [{ uri: { exact: '/healthz' } }], route: [to('web')] },
    { match: [{ uri: { prefix: '/' } }], route: [to('api')] },
  ]
  await apply(...app('web'), ...app('api'), virtualService('shop', host, http))
  expect(await becomes('web', host, 200)).toMatchObject({ app: 'web' })
  // It has no such page, and says so in its own words.
  const absent = await becomes('the API', host, 404, '/healthz/x')
  expect(absent).toMatchObject({ app: '404 page not found\n' })
  expect((await fetch(`http://${host}/healthz`)).status).toBe(200)

  await apply(
    virtualService('shop', host, [
      {
        route: [
          { ...to('web'), weight: 50 },
          { ...to('api'), weight: 50 },
        ],
      },
    ]),
  )
  const seen = new Set<string>()
  await until('both', SECONDS, async () => seen.add((await get(host)).app).size === 2)
  expect([...seen].sort()).toEqual(['api', 'web'])

  await kubectl(['delete', 'virtualservice', 'shop', '-n', home.namespace])
  await becomes('no way', host, 404)
})

test('a destination that does not exist is 503; of two that claim a host the older one has it; who names no gateway has none', async () => {
  const host = `claimed.${home.domain}`
  const AliasTarget = { HostedZoneId: 'Z26RNL4JYFTOTI', DNSName: istio.hostname, EvaluateTargetHealth: false }
  await home.addRecords({ Name: host, Type: 'A', AliasTarget })
  await apply(...app('claimed'), virtualService('z-first', host, [{ route: [to('claimed')] }]))
  expect(await becomes('the first', host, 200)).toMatchObject({ app: 'claimed' })
  // Times of creation are seconds.
  await pause(1100)
  await apply(virtualService('a-second', host, [{ route: [to('gone')] }]))
  await pause(600)
  expect(await get(host)).toMatchObject({ status: 200 })
  await kubectl(['delete', 'virtualservice', 'z-first', '-n', home.namespace])
  expect(await becomes('the second', host, 503)).toMatchObject({ app: '' })
  const unattached = { op: 'remove', path: '/spec/gateways' }
  const patch = ['patch', 'virtualservice', 'a-second', '-n', home.namespace, '--type=json']
  await kubectl([...patch, '-p', JSON.stringify([unattached])])
  await becomes('nobody', host, 404)
})

test('the definitions are Istio’s own: what it would not take is refused', async () => {
  const wrong = virtualService('wrong', `wrong.${home.domain}`, [
    { route: [{ destination: { port: { number: 80 } } }] },
  ])
  await expect(apply(wrong)).rejects.toThrow('missing required field "host"')
})
