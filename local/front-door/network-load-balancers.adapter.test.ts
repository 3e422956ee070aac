import { once } from 'node:events'
import http from 'node:http'
import { type AddressInfo, createConnection, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Target } from './load-balancers.ts'
import { networkLoadBalancers } from './network-load-balancers.ts'
import type { Balancer } from './routing.ts'

const ONE = 'one.elb.us-east-1.amazonaws.com.'
const TWO = 'two.elb.us-east-1.amazonaws.com.'
const PUBLIC = 18_081

let balancers: Balancer[]
let groups: Record<string, Target[]>
let logged: string[]
let network: ReturnType<typeof networkLoadBalancers>
const servers: Server[] = []

const networkBalancer = (dnsName: string, ports: Record<number, string>): Balancer => ({
  dnsName,
  type: 'network',
  listeners: Object.entries(ports).map(([port, group]) => ({
    port: Number(port),
    rules: [{ priority: Number.POSITIVE_INFINITY, hosts: [], paths: [], action: { kind: 'forward', group } }],
  })),
})

/** Answers its own name. */
const app = async (name: string): Promise<Target> => {
  const server = http.createServer((_, response) => response.end(name)).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

const ask = async (host: string, port: number, agent = new http.Agent({ keepAlive: false })): Promise<string> => {
  const request = http.request({ host, port, agent })
  const [response] = await once(request.end(), 'response')
  return text(response)
}

// No test meets what another one left.
let block = 0
beforeEach(() => {
  block++
  balancers = []
  groups = {}
  logged = []
  network = networkLoadBalancers({
    balancers: async () => balancers,
    targets: async (group) => groups[group] ?? [],
    addressAt: (n) => `127.8.${block}.${n + 1}`,
    publicPort: PUBLIC,
    log: (line) => logged.push(line),
  })
})
afterEach(async () => {
  await network.close()
  for (const server of servers.splice(0)) server.close()
})

test('two load balancers listen on one port, each for its own targets', async () => {
  balancers = [networkBalancer(ONE, { 18080: 'one' }), networkBalancer(TWO, { 18080: 'two' })]
  groups = { one: [await app('first')], two: [await app('second')] }
  const [one = '', two = ''] = [await network.addressOf(ONE), await network.addressOf(TWO)]
  expect(one).not.toBe(two)
  expect([await ask(one, 18_080), await ask(two, 18_080)]).toEqual(['first', 'second'])
  expect(await network.addressOf(ONE)).toBe(one)
})

test('what is said does not matter: a half-closed connection that is no HTTP gets its answer', async () => {
  const shout = createServer({ allowHalfOpen: true }, async (socket) => socket.end((await text(socket)).toUpperCase()))
  servers.push(shout.listen(0, '127.0.0.1'))
  await once(shout, 'listening')
  balancers = [networkBalancer(ONE, { 16379: 'one' })]
  groups = { one: [{ host: '127.0.0.1', port: (shout.address() as AddressInfo).port }] }
  const host = await network.addressOf(ONE)
  const client = createConnection({ host: host ?? '', port: 16_379, allowHalfOpen: true })
  client.end('who is there?')
  expect(await text(client)).toBe('WHO IS THERE?')
})

test('a kept connection stays with its target; new ones draw among all', async () => {
  balancers = [networkBalancer(ONE, { 18080: 'one' })]
  groups = { one: [await app('a'), await app('b'), await app('c')] }
  const host = (await network.addressOf(ONE)) ?? ''
  const kept = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const same = new Set<string>()
  for (let n = 0; n < 20; n++) same.add(await ask(host, 18_080, kept))
  kept.destroy()
  expect(same.size).toBe(1)
  const drawn = new Set<string>()
  // That one of three is missing in 60 draws happens once in 10 billion times.
  for (let n = 0; n < 60; n++) drawn.add(await ask(host, 18_080))
  expect([...drawn].sort()).toEqual(['a', 'b', 'c'])
})

test.each<[string, Target[]]>([
  ['no target', []],
  ['a target that does not answer', [{ host: '127.0.0.1', port: 9 }]],
])('with %s a connection is reset', async (_, targets) => {
  balancers = [networkBalancer(ONE, { 18080: 'one' })]
  groups = { one: targets }
  await expect(ask((await network.addressOf(ONE)) ?? '', 18_080)).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('port 80 answers at the public port too, unless that is a listener’s own', async () => {
  groups = { web: [await app('web')], own: [await app('own')] }
  balancers = [networkBalancer(ONE, { 80: 'web' }), networkBalancer(TWO, { 80: 'web', [PUBLIC]: 'own' })]
  expect(await ask((await network.addressOf(ONE)) ?? '', PUBLIC)).toBe('web')
  expect(await ask((await network.addressOf(TWO)) ?? '', PUBLIC)).toBe('own')
  expect(logged).toEqual([])
})

test('listeners come and go with their load balancer, whose address is never another’s', async () => {
  groups = { one: [await app('one')] }
  balancers = [networkBalancer(ONE, { 18080: 'one' })]
  const host = (await network.addressOf(ONE)) ?? ''
  balancers = [networkBalancer(ONE, { 18082: 'one' })]
  expect(await network.addressOf(ONE)).toBe(host)
  expect(await ask(host, 18_082)).toBe('one')
  await expect(ask(host, 18_080)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  balancers = [networkBalancer(TWO, { 18082: 'one' })]
  expect(await network.addressOf(ONE)).toBeUndefined()
  expect(await network.addressOf(TWO)).not.toBe(host)
  await expect(ask(host, 18_082)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a port that is taken is told, and the others answer', async () => {
  const taken = createServer().listen(18_083, '0.0.0.0')
  servers.push(taken)
  await once(taken, 'listening')
  groups = { one: [await app('one')] }
  balancers = [networkBalancer(ONE, { 18083: 'one', 18084: 'one' })]
  expect(await ask((await network.addressOf(ONE)) ?? '', 18_084)).toBe('one')
  expect(logged).toEqual([expect.stringContaining(`${ONE} cannot be heard at port 18083: listen EADDRINUSE`)])
})

test('an application load balancer has none', async () => {
  balancers = [{ dnsName: 'lb.us-east-1.elb.amazonaws.com.', type: 'application', listeners: [] }]
  expect(await network.addressOf('lb.us-east-1.elb.amazonaws.com.')).toBeUndefined()
})
