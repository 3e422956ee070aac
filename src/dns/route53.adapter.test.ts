import { Route53Client } from '@aws-sdk/client-route-53'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Asked, type Reply, scriptedAws, xmlError } from '../../test/scripted-aws.ts'
import { awsDefaults } from '../aws/client.ts'
import { sortKey } from './record-name.ts'
import { BatchRefused, type Zone } from './records.ts'
import { zone } from './route53.ts'

const closers: (() => Promise<void>)[] = []
// The SDK waits a random part of its back-off: none of it.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(closers.splice(0).map((close) => close()))
})

const zoneAt = async (reply: (asked: Asked, count: number) => Reply, signal = new AbortController().signal) => {
  const aws = await scriptedAws(reply)
  closers.push(aws.close)
  return { zone: zone(new Route53Client({ ...awsDefaults, ...aws.client }), 'Z1', signal), asked: aws.asked }
}
const changed = (status = 'PENDING') => ({
  status: 200,
  body: `<Response><ChangeInfo><Id>/change/C1</Id><Status>${status}</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo></Response>`,
})
const ok = (body: string): Reply => ({ status: 200, body: `<Response>${body}</Response>` })
const set = (name: string, type = 'TXT') =>
  `<ResourceRecordSet><Name>${name}.</Name><Type>${type}</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>"x"</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>`

/** Pages through the sets in Route 53's order, as it does. */
const listing = (names: string[], most: number) => {
  const all = names.flatMap((name) => ['A', 'TXT'].map((type) => ({ name, type, key: `${sortKey(name)} ${type}` })))
  all.sort((a, b) => (a.key < b.key ? -1 : 1))
  return ({ query }: Asked): Reply => {
    const from = `${sortKey(query.get('name') ?? '')} ${query.get('type') ?? ''}`
    const rest = all.filter(({ key }) => key >= from)
    const next = rest[most]
    const more = next
      ? `<NextRecordName>${next.name}.</NextRecordName><NextRecordType>${next.type}</NextRecordType>`
      : ''
    const sets = rest.slice(0, most).map(({ name, type }) => set(name, type))
    return ok(
      `<ResourceRecordSets>${sets.join('')}</ResourceRecordSets><IsTruncated>${next !== undefined}</IsTruncated>${more}<MaxItems>${most}</MaxItems>`,
    )
  }
}
const id = '346e50ff9c5f4172807b918218604cbe'
const hosts = ['app1', 'app1-x', 'app2', 'b'].map((app) => `${id}-${app}.preview.test`)
const pairs = (names: string[]) => names.flatMap((name) => [name, `_eks-preview.${name}`])
const others = ['00ff', '346f', 'ffff'].flatMap((start) => pairs([`${start}-app1.preview.test`]))
const shown = async (zone: Zone, names: string[]) =>
  (await zone.at(names)).map(({ name, type }) => `${name} ${type}`).sort()

test('one call reads all names of an environment', async () => {
  const { zone, asked } = await zoneAt(listing(['preview.test', ...others, ...pairs(hosts)], 300))
  expect(await shown(zone, pairs(hosts))).toEqual(
    pairs(hosts)
      .flatMap((name) => [`${name} A`, `${name} TXT`])
      .sort(),
  )
  expect(asked).toHaveLength(1)
})

test.each([1, 2, 3, 7])('pages of %i hide nothing and repeat nothing', async (most) => {
  const { zone } = await zoneAt(listing([...others, ...pairs(hosts.slice(1))], most))
  const expected = pairs(hosts.slice(1)).flatMap((name) => [`${name} A`, `${name} TXT`])
  expect(await shown(zone, pairs(hosts))).toEqual(expected.sort())
})

test('names far apart are jumped to', async () => {
  const between = Array.from({ length: 500 }, (_, i) => `m${i}.preview.test`)
  const { zone, asked } = await zoneAt(listing(['a.preview.test', ...between, 'z.preview.test'], 100))
  expect(await shown(zone, ['a.preview.test', 'z.preview.test'])).toHaveLength(4)
  expect(asked).toHaveLength(2)
})

test('names and aliases come in one form', async () => {
  const alias = `<ResourceRecordSet><Name>\\052.Preview.test.</Name><Type>A</Type><AliasTarget><HostedZoneId>Z2</HostedZoneId><DNSName>LB.elb.amazonaws.com.</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget></ResourceRecordSet>`
  const { zone, asked } = await zoneAt(() =>
    ok(`<ResourceRecordSets>${alias}</ResourceRecordSets><IsTruncated>false</IsTruncated>`),
  )
  expect(await zone.at(['*.preview.test'])).toEqual([
    {
      name: '*.preview.test',
      type: 'A',
      alias: { zoneId: 'Z2', dnsName: 'lb.elb.amazonaws.com', evaluateTargetHealth: false },
    },
  ])
  expect(asked[0]?.query.get('name')).toBe('\\052.preview.test.')
})

test.each([
  ['Throttling', 10],
  ['PriorRequestNotComplete', 5],
])('%s %i times is waited out', async (code, times) => {
  const { zone, asked } = await zoneAt((_, count) =>
    count <= times ? xmlError(400, code, 'Rate exceeded') : changed(),
  )
  expect(
    await zone.change([{ action: 'CREATE', record: { name: 'a.test', type: 'TXT', ttl: 60, values: ['"x"'] } }], 'c'),
  ).toBe('/change/C1')
  expect(asked).toHaveLength(times + 1)
})

test('a refused batch keeps what Route 53 said', async () => {
  const { zone, asked } = await zoneAt(() => xmlError(400, 'InvalidChangeBatch', '[Tried one, Tried two]'))
  const refused = await zone.change([], 'c').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(BatchRefused)
  expect((refused as BatchRefused).messages).toEqual(['Tried one, Tried two'])
  expect(asked).toHaveLength(1)
})

test.each([
  [
    403,
    'AccessDenied',
    'AccessDenied',
    'AWS refused route53:ListResourceRecordSets on arn:aws:route53:::hostedzone/Z1',
  ],
  [404, 'NoSuchHostedZone', 'NotFound', 'there is no hosted zone Z1 in this account'],
  [403, 'InvalidClientTokenId', 'AccessDenied', 'AWS did not accept the credentials'],
  [400, 'InvalidInput', 'Rejected', 'AWS rejected route53:ListResourceRecordSets'],
])('%i %s is told once, with what to do', async (status, name, code, message) => {
  const { zone, asked } = await zoneAt(() => xmlError(status, name))
  const error = await zone.at(['a.test']).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
  expect(asked).toHaveLength(1)
})

test('a service that stays down is given up', async () => {
  const { zone, asked } = await zoneAt(() => xmlError(503, 'ServiceUnavailable'))
  await expect(zone.at(['a.test'])).rejects.toMatchObject({ code: 'Unavailable' })
  expect(asked).toHaveLength(12)
})

test('a change is in sync when Route 53 says so', async () => {
  const replies = [xmlError(404, 'NoSuchChange'), changed('PENDING'), changed('INSYNC')]
  const { zone, asked } = await zoneAt((_, count) => replies[count - 1] as Reply)
  expect([await zone.inSync('/change/C1'), await zone.inSync('/change/C1'), await zone.inSync('/change/C1')]).toEqual([
    false,
    false,
    true,
  ])
  expect(asked[0]?.path).toBe('/2013-04-01/change/C1')
})

test('a cancelled run does not wait for its retries', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1)
  const run = new AbortController()
  const { zone } = await zoneAt((_, count) => {
    if (count === 2) run.abort()
    return xmlError(400, 'Throttling')
  }, run.signal)
  await expect(zone.at(['a.test'])).rejects.toMatchObject({ code: 'Cancelled' })
})
