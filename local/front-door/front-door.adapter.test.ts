import { Resolver } from 'node:dns/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Change, ChangeResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import { Packet, UDPClient } from 'dns2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOAD_BALANCERS } from '../aws/route53/load-balancer-zones.ts'
import { startTrialAws, TRIAL_DOMAIN, type TrialAws } from '../aws/trial-aws.ts'
import { until } from '../stack/until.ts'
import { startDns } from './dns.ts'
import { startFrontDoor } from './front-door.ts'

let aws: TrialAws
let elb: ElasticLoadBalancingV2Client
let door: Awaited<ReturnType<typeof startFrontDoor>>
let dns: Awaited<ReturnType<typeof startDns>>
let target: http.Server
let group: string
let nodes: string
const resolver = new Resolver()
const INSTANCE = 'i-0123456789abcdef0'
const logged: string[] = []
const APP = `app.${TRIAL_DOMAIN}`

/** Answers what it was asked; `/stream` sends a piece and waits for the client to go on. */
let streaming: http.ServerResponse | undefined
const answer: http.RequestListener = (request, response) => {
  if (request.url === '/stream') {
    streaming = response
    response.write('first;')
    return
  }
  void text(request).then((body) => response.end(JSON.stringify({ url: request.url, headers: request.headers, body })))
}

const record = (
  Action: Change['Action'],
  label: string,
  DNSName: string,
  HostedZoneId = LOAD_BALANCERS.application.zoneId,
) => {
  const AliasTarget = { HostedZoneId, DNSName, EvaluateTargetHealth: false }
  const set = (Type: 'A' | 'AAAA') => ({ Name: `${label}.${TRIAL_DOMAIN}`, Type, AliasTarget })
  const Changes = (['A', 'AAAA'] as const).map((type) => ({ Action, ResourceRecordSet: set(type) }))
  const client = new Route53Client({ endpoint: aws.endpoint, region: 'us-east-1', credentials: aws.root })
  return client.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: aws.account.zoneId, ChangeBatch: { Changes } }),
  )
}

const call = (host: string, path = '/', options: http.RequestOptions = {}): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: door.port, path, headers: { host }, ...options }, resolve)
    request.once('error', reject).end(options.method === 'POST' ? 'hello' : undefined)
  })
const get = async (host: string, path?: string, options?: http.RequestOptions) => {
  const response = await call(host, path, options)
  return { status: response.statusCode, body: await text(response) }
}

const createTargetGroup = async (Name: string, TargetType: 'ip' | 'instance' = 'ip'): Promise<string> => {
  const settings = { Protocol: 'HTTP' as const, Port: 1, VpcId: aws.account.vpcId, TargetType }
  return (await elb.send(new CreateTargetGroupCommand({ Name, ...settings }))).TargetGroups?.[0]?.TargetGroupArn ?? ''
}

beforeAll(async () => {
  aws = await startTrialAws({ syncDelayMs: 0 })
  const records = () => aws.servedRecords(aws.account.zoneId)
  elb = new ElasticLoadBalancingV2Client({ endpoint: aws.endpoint, region: 'us-east-1', credentials: aws.root })
  door = await startFrontDoor({
    hosts: ['127.0.0.1'],
    port: 0,
    aws: { endpoint: aws.endpoint, credentials: aws.root },
    records,
    instances: { [INSTANCE]: '127.0.0.1' },
    addressAt: (n) => `127.9.0.${n + 1}`,
    log: (line) => logged.push(line),
  })
  dns = await startDns({
    addresses: ['127.0.0.1:0'],
    zone: `${TRIAL_DOMAIN}.`,
    records,
    addressOf: door.addressOf,
  })
  resolver.setServers(dns.addresses)
  target = http.createServer(answer)
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))

  const made = await elb.send(new CreateLoadBalancerCommand({ Name: 'preview', Subnets: aws.account.subnetIds }))
  const balancer = made.LoadBalancers?.[0]
  const fixed = { StatusCode: '404', ContentType: 'text/plain', MessageBody: 'no such preview' }
  const listener = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: fixed }],
    }),
  )
  group = await createTargetGroup('app')
  const rule = (host: string, Priority: number, TargetGroupArn: string) =>
    elb.send(
      new CreateRuleCommand({
        ListenerArn: listener.Listeners?.[0]?.ListenerArn,
        Priority,
        Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [host] } }],
        Actions: [{ Type: 'forward', TargetGroupArn }],
      }),
    )
  await rule(APP, 1, group)
  nodes = await createTargetGroup('nodes', 'instance')
  await rule(`nodes.${TRIAL_DOMAIN}`, 3, nodes)
  await rule(`empty.${TRIAL_DOMAIN}`, 2, await createTargetGroup('empty'))
  const { port } = target.address() as AddressInfo
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: '127.0.0.1', Port: port }] }))
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: nodes, Targets: [{ Id: INSTANCE, Port: port }] }))
  for (const label of ['app', 'nodes', 'empty', 'unruled']) await record('CREATE', label, balancer?.DNSName ?? '')
})
afterAll(async () => {
  await door.close()
  await dns.close()
  target.closeAllConnections()
  target.close()
  await aws.close()
})

test('a host with record, rule and target is answered by the target', async () => {
  const { status, body } = await get(APP, '/path?q=1', { method: 'POST' })
  expect(status).toBe(200)
  expect(JSON.parse(body)).toMatchObject({
    url: '/path?q=1',
    body: 'hello',
    headers: { host: APP, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' },
  })
})

test('a target that is an instance is reached at its address, by the port that is registered', async () => {
  expect(await get(`nodes.${TRIAL_DOMAIN}`)).toMatchObject({ status: 200 })
})

test('an answer streams through while the target still writes', async () => {
  const response = await call(APP, '/stream')
  const pieces = response[Symbol.asyncIterator]()
  expect(String((await pieces.next()).value)).toBe('first;')
  streaming?.end('last')
  expect(String((await pieces.next()).value)).toBe('last')
})

test.each([
  ['a group without targets', `empty.${TRIAL_DOMAIN}`, 503, 'Service Temporarily Unavailable'],
  ['a host without a rule', `unruled.${TRIAL_DOMAIN}`, 404, 'no such preview'],
  ['a host without a record', `none.${TRIAL_DOMAIN}`, 502, 'NXDOMAIN'],
])('%s is answered so', async (_, host, status, body) => {
  expect(await get(host)).toEqual({ status, body: expect.stringContaining(body) })
})

test('a target that does not answer is a bad gateway, and one that is taken out is no more asked', async () => {
  const dead = { TargetGroupArn: group, Targets: [{ Id: '127.0.0.2', Port: 9 }] }
  await elb.send(new RegisterTargetsCommand(dead))
  await until('a 502', 10, async () => (await get(APP)).status === 502)
  await elb.send(new DeregisterTargetsCommand(dead))
  await until('ten good answers', 10, async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => get(APP)))
    return answers.every(({ status }) => status === 200)
  })
})

test('names resolve as the zone says', async () => {
  expect(await resolver.resolve4(APP)).toEqual(['127.0.0.1'])
  await expect(resolver.resolve6(APP)).rejects.toMatchObject({ code: 'ENODATA' })
  await expect(resolver.resolve4(`none.${TRIAL_DOMAIN}`)).rejects.toMatchObject({ code: 'ENOTFOUND' })
  await expect(resolver.resolve4('www.example.com')).rejects.toMatchObject({ code: 'EREFUSED' })
  expect(await resolver.resolveSoa(TRIAL_DOMAIN)).toMatchObject({ minttl: 86_400 })
  expect(dns.queries()).toContainEqual(
    expect.objectContaining({ name: `none.${TRIAL_DOMAIN}.`, type: 'A', code: 'NXDOMAIN', from: '127.0.0.1' }),
  )
})

test('a network load balancer is heard at an address of its own, by its name and by a record, until it is gone', async () => {
  const made = await elb.send(
    new CreateLoadBalancerCommand({ Name: 'tcp', Type: 'network', Subnets: aws.account.subnetIds }),
  )
  const { DNSName = '', LoadBalancerArn } = made.LoadBalancers?.[0] ?? {}
  const listener = { LoadBalancerArn, Protocol: 'TCP' as const, Port: 18_090 }
  await elb.send(
    new CreateListenerCommand({ ...listener, DefaultActions: [{ Type: 'forward', TargetGroupArn: group }] }),
  )
  await record('CREATE', 'tcp', DNSName, LOAD_BALANCERS.network.zoneId)
  const name = `tcp.${TRIAL_DOMAIN}`
  const [host] = await until('its address', 10, () => resolver.resolve4(name))
  expect(host).toBe('127.9.0.1')
  expect(await resolver.resolve4(DNSName)).toEqual([host])
  expect(await get(name, '/', { host: host ?? '', port: 18_090 })).toMatchObject({ status: 200 })
  // A browser outside asks the front door for it.
  expect(await get(`${name}:18090`)).toMatchObject({ status: 200 })

  await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
  await until('no address', 10, () =>
    resolver.resolve4(name).then(
      () => false,
      (error) => error.code === 'ENODATA',
    ),
  )
})

test('a name that does not exist is to be remembered as such for the SOA’s time', async () => {
  const [address = '', port] = dns.addresses[0]?.split(':') ?? []
  const reply = await UDPClient({ dns: address, port: Number(port) })(`none.${TRIAL_DOMAIN}`, 'A')
  expect(reply.authorities).toMatchObject([{ name: TRIAL_DOMAIN, type: Packet.TYPE.SOA, ttl: 900, minimum: 86_400 }])
})
