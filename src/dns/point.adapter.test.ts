import { Route53Client } from '@aws-sdk/client-route-53'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTrialAws, TRIAL_DOMAIN, type TrialAws } from '../../local/aws/trial-aws.ts'
import { awsDefaults } from '../aws/client.ts'
import { environmentOf, ownerRecordOf } from '../names.ts'
import type { Say } from '../step.ts'
import { findZone } from './hosted-zone.ts'
import { pointDns } from './point.ts'
import { checkDns } from './preflight.ts'
import type { Change, RecordSet, Zone } from './records.ts'
import { removeDns } from './remove.ts'
import { zone } from './route53.ts'

let aws: TrialAws
let bare: Zone
beforeAll(async () => {
  aws = await startTrialAws()
  bare = client().zone
})
afterAll(() => aws?.close())

type Call = 'zone' | 'list' | 'change' | 'poll'
const kindOf = (method: string, path: string): Call =>
  path.includes('/change/') ? 'poll' : method === 'POST' ? 'change' : path.includes('/rrset') ? 'list' : 'zone'

/** A client of its own that counts what it sends, can do something just before a change, and can lose its answer. */
const client = (hooks: { beforeChange?: () => Promise<unknown>; loseAnswer?: boolean } = {}) => {
  const inner = new NodeHttpHandler()
  const calls: Call[] = []
  const handle: typeof inner.handle = async (request, options) => {
    const call = kindOf(request.method, request.path)
    calls.push(call)
    const first = call === 'change' && calls.filter((each) => each === 'change').length === 1
    if (first) await hooks.beforeChange?.()
    const answer = await inner.handle(request, options)
    if (first && hooks.loseAnswer) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    return answer
  }
  const route53 = new Route53Client({
    ...awsDefaults,
    endpoint: aws.endpoint,
    region: 'us-east-1',
    credentials: aws.root,
    requestHandler: { handle, metadata: inner.metadata },
  })
  return { route53, zone: zone(route53, aws.account.zoneId, signal), calls }
}

const signal = new AbortController().signal
const told: string[] = []
const tell = (text: string) => void told.push(text)
const say: Say = { info: tell, warning: tell, debug: tell, detail: tell, unchanged: tell, skipped: tell, link: tell }
const run = { timeout: 30_000, signal, say }
const balancers = { aliasTarget: async (dnsName: string) => ({ zoneId: 'Z35SXDOTRQ7X7K', dnsName }) }
const LB = 'k8s-preview-1.us-east-1.elb.amazonaws.com'

let count = 0
/** An environment and hosts of its own for each test, so that one zone serves them all. */
const fresh = (apps = ['app1', 'app2']) => {
  count += 1
  const environment = environmentOf({ repository: 'acme/shop', repositoryId: 42, branch: `feature/${count}` }, true)
  return {
    environment,
    hosts: apps.map((app) => `${environment.id}-${app}.${TRIAL_DOMAIN}`),
    hostname: LB,
    life: 'life-1',
  }
}
type Wish = ReturnType<typeof fresh>
const at = ({ hosts }: Pick<Wish, 'hosts'>) => bare.at(hosts.flatMap((host) => [host, ownerRecordOf(host)]))
const put = (...records: RecordSet[]) =>
  bare.change(
    records.map((record): Change => ({ action: 'UPSERT', record })),
    'by hand',
  )
const drop = (...records: RecordSet[]) =>
  bare.change(
    records.map((record): Change => ({ action: 'DELETE', record })),
    'by hand',
  )
const handMade = (name: string): RecordSet => ({ name, type: 'A', ttl: 300, values: ['192.0.2.1'] })
const point = (to: Zone, wish: Wish, more: Partial<typeof run> = {}) =>
  pointDns(to, balancers, wish, { ...run, ...more })
afterEach(() => void told.splice(0))

describe('point', () => {
  test('a new environment takes four calls and its polls, the same again writes nothing', async () => {
    const wish = fresh()
    const first = client()
    const found = await findZone(first.route53, { domain: TRIAL_DOMAIN, zoneId: aws.account.zoneId }, signal)
    await checkDns(first.zone, { ...wish, apex: found.name })
    expect(await point(first.zone, wish)).toEqual({ written: 6, warnings: [] })
    expect(first.calls.filter((call) => call !== 'poll')).toEqual(['zone', 'list', 'list', 'change'])
    expect(
      (await aws.servedRecords(aws.account.zoneId)).filter(({ name }) => name.includes(wish.environment.id)),
    ).toHaveLength(6)

    const again = client()
    expect(await point(again.zone, wish)).toEqual({ written: 0, warnings: [] })
    expect(again.calls).toEqual(['list'])
  })

  test('follows the load balancer, and takes over from an earlier life', async () => {
    const wish = fresh()
    await point(bare, wish)
    const moved = { ...wish, hostname: LB.replace('-1.', '-2.'), life: 'life-2' }
    await point(bare, moved)
    const now = await at(wish)
    expect(now.flatMap(({ alias }) => alias?.dnsName ?? [])).toEqual(Array(4).fill(moved.hostname))
    expect(now.flatMap(({ values }) => values ?? []).every((value) => value.includes('life=life-2'))).toBe(true)
  })

  test.each<[string, (host: string) => RecordSet]>([
    ['a record made by hand', handMade],
    ['a CNAME', (name) => ({ name, type: 'CNAME', ttl: 60, values: ['shop.example.com'] })],
    [
      'a TXT of another',
      (host) => ({
        name: ownerRecordOf(host),
        type: 'TXT',
        ttl: 60,
        values: ['"heritage=eks-preview,env=x,part=1,life=y"'],
      }),
    ],
  ])('%s at one host is named and nothing is touched', async (_, record) => {
    const wish = fresh()
    await put(record(wish.hosts[1] ?? ''))
    const before = await at(wish)
    const { zone, calls } = client()
    const refused = { code: 'OwnedByOther', object: record(wish.hosts[1] ?? '').name }
    await expect(checkDns(zone, { ...wish, apex: TRIAL_DOMAIN })).rejects.toMatchObject(refused)
    await expect(point(zone, wish)).rejects.toMatchObject(refused)
    expect(calls).not.toContain('change')
    expect(await at(wish)).toEqual(before)
  })

  test('what external-dns owns is said to be its own', async () => {
    const wish = fresh(['app1'])
    const [host = ''] = wish.hosts
    const registry: RecordSet = {
      name: `a-${host}`,
      type: 'TXT',
      ttl: 300,
      values: ['"heritage=external-dns,external-dns/owner=prod,external-dns/resource=ingress/shop/web"'],
    }
    await put(handMade(host), registry)
    await expect(point(bare, wish)).rejects.toThrow('belongs to external-dns (owner prod, resource ingress/shop/web)')
  })

  test('two environments that claim one name at once: exactly one has it', async () => {
    const { hosts } = fresh()
    const rivals = [fresh(), fresh(), fresh()].map((wish) => ({ ...wish, hosts }))
    const ends = await Promise.allSettled(rivals.map((wish) => point(client().zone, wish)))
    const winner = rivals[ends.findIndex(({ status }) => status === 'fulfilled')]
    const losers = ends.filter((end) => end.status === 'rejected')
    expect(losers.map(({ reason }) => reason.code)).toEqual(['OwnedByOther', 'OwnedByOther'])
    const owners = (await at({ hosts })).flatMap(({ values }) => values ?? [])
    expect(owners).toHaveLength(2)
    for (const owner of owners) expect(owner).toContain(winner?.environment.id)
  })

  test.each(['a claim', 'a swap'])('the lost answer of %s is found out, and its change awaited', async (what) => {
    const wish = fresh()
    if (what === 'a swap') await point(bare, { ...wish, life: 'life-0' })
    const { zone, calls } = client({ loseAnswer: true })
    expect(await point(zone, wish)).toMatchObject({ warnings: [] })
    expect(calls).toContain('poll')
    expect(await at(wish)).toHaveLength(6)
    expect(await point(bare, wish)).toEqual({ written: 0, warnings: [] })
  })

  test('a teardown that comes between is not undone', async () => {
    const wish = fresh()
    await point(bare, wish)
    const { zone } = client({ beforeChange: () => removeDns(bare, wish, run) })
    await expect(point(zone, { ...wish, hostname: LB.replace('-1.', '-2.') })).rejects.toMatchObject({
      code: 'Superseded',
    })
    expect(await at(wish)).toEqual([])
  })

  test('a newer life that comes between stays', async () => {
    const wish = fresh()
    await point(bare, wish)
    const { zone } = client({ beforeChange: () => point(bare, { ...wish, life: 'life-3' }) })
    await expect(point(zone, { ...wish, life: 'life-2' })).rejects.toMatchObject({ code: 'Superseded' })
    expect(await point(bare, { ...wish, life: 'life-3' })).toMatchObject({ written: 0 })
  })

  test('a hand that comes between is healed', async () => {
    const wish = fresh(['app1'])
    const [host = ''] = wish.hosts
    await point(bare, wish)
    const [a] = (await at(wish)).filter(({ type }) => type === 'A')
    const { zone } = client({ beforeChange: () => drop(a as RecordSet) })
    await point(zone, { ...wish, life: 'life-2' })
    await point(bare, { ...wish, life: 'life-2' })
    expect((await at(wish)).filter(({ name }) => name === host)).toHaveLength(2)
  })

  test('what Route 53 will never take is told in its own words, after one try', async () => {
    const wish = { ...fresh(['app1']), hostname: 'lb.example.com' }
    const { zone, calls } = client()
    await expect(point(zone, wish)).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining('alias target'),
    })
    expect(calls.filter((call) => call === 'change')).toHaveLength(1)
  })

  test('a change that stays pending is a warning', async () => {
    const { warnings } = await point(bare, fresh(), { timeout: 50 })
    expect(warnings).toEqual([expect.stringContaining('did not report change')])
  })
})

describe('preflight', () => {
  test('a host outside the zone is refused without a call', async () => {
    const { zone, calls } = client()
    await expect(checkDns(zone, { ...fresh(), apex: 'example.com' })).rejects.toMatchObject({ code: 'BadInput' })
    expect(calls).toEqual([])
  })

  test('names that the zone delegates away are refused', async () => {
    const wish = fresh(['app1'])
    const sub = `sub${count}.${TRIAL_DOMAIN}`
    await put({ name: sub, type: 'NS', ttl: 300, values: ['ns-1.example.com.'] })
    const hosts = [`${wish.environment.id}-app1.${sub}`]
    await expect(checkDns(bare, { ...wish, hosts, apex: TRIAL_DOMAIN })).rejects.toMatchObject({
      code: 'BadInput',
      object: sub,
    })
  })
})

describe('remove', () => {
  test('all is gone, and the second time nothing is sent', async () => {
    const wish = fresh()
    await point(bare, wish)
    const gone = wish.hosts.map((host) => ({ subject: `DNS records of ${host}`, gone: true }))
    expect(await removeDns(bare, wish, run)).toEqual(gone)
    expect(await at(wish)).toEqual([])
    const again = client()
    expect(await removeDns(again.zone, wish, run)).toEqual(gone)
    expect(again.calls).toEqual(['list', 'list'])
  })

  test('what is not ours stays as it is', async () => {
    const wish = fresh()
    const [foreign = ''] = wish.hosts
    await point(bare, { ...wish, hosts: wish.hosts.slice(1) })
    await put(handMade(foreign))
    expect(await removeDns(bare, wish, run)).toEqual([
      {
        subject: `DNS records of ${foreign}`,
        gone: true,
        why: `A ${foreign} stays: it belongs to somebody else (A 192.0.2.1)`,
      },
      { subject: `DNS records of ${wish.hosts[1]}`, gone: true },
    ])
    expect(await at(wish)).toEqual([handMade(foreign)])
  })

  test('an address that somebody changed is taken away too, the TXT being ours', async () => {
    const wish = fresh()
    await point(bare, wish)
    const { zone } = client({ beforeChange: () => put(handMade(wish.hosts[0] ?? '')) })
    expect((await removeDns(zone, wish, run)).every(({ gone }) => gone)).toBe(true)
    expect(await at(wish)).toEqual([])
  })

  test('a lost answer is no error', async () => {
    const wish = fresh()
    await point(bare, wish)
    const { zone } = client({ loseAnswer: true })
    expect((await removeDns(zone, wish, run)).every(({ gone }) => gone)).toBe(true)
    expect(await at(wish)).toEqual([])
  })
})
