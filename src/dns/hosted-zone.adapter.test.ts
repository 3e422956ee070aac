import { Route53Client } from '@aws-sdk/client-route-53'
import { afterEach, expect, test } from 'vitest'
import { type Asked, type Reply, scriptedAws, xmlError } from '../../test/scripted-aws.ts'
import { awsDefaults } from '../aws/client.ts'
import { findZone } from './hosted-zone.ts'
import { sortKey } from './record-name.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => void (await Promise.all(closers.splice(0).map((close) => close()))))

type Stored = { id: string; name: string; private?: boolean }
const xml = (zone: Stored) =>
  `<HostedZone><Id>/hostedzone/${zone.id}</Id><Name>${zone.name}.</Name><CallerReference>r</CallerReference><Config><PrivateZone>${zone.private === true}</PrivateZone></Config></HostedZone>`

/** ListHostedZonesByName as documented: ordered by reversed labels, beginning at a name (and an id), a hundred a page. */
const account = (zones: Stored[]) => {
  const key = ({ name, id }: Stored) => `${sortKey(name)} ${id}`
  const all = zones.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  return ({ path, query }: Asked): Reply => {
    const asked = path.split('/hostedzone/')[1]
    if (asked !== undefined) {
      const zone = all.find(({ id }) => id === asked)
      return zone
        ? { status: 200, body: `<GetHostedZoneResponse>${xml(zone)}</GetHostedZoneResponse>` }
        : xmlError(404, 'NoSuchHostedZone')
    }
    const from = `${sortKey(query.get('dnsname') ?? '')} ${query.get('hostedzoneid') ?? ''}`
    const rest = all.filter((zone) => key(zone) >= from)
    const next = rest[100]
    const more = next ? `<NextDNSName>${next.name}.</NextDNSName><NextHostedZoneId>${next.id}</NextHostedZoneId>` : ''
    return {
      status: 200,
      body: `<ListHostedZonesByNameResponse><HostedZones>${rest.slice(0, 100).map(xml).join('')}</HostedZones><IsTruncated>${next !== undefined}</IsTruncated>${more}<MaxItems>100</MaxItems></ListHostedZonesByNameResponse>`,
    }
  }
}
const find = async (zones: Stored[], domain: string, zoneId?: string) => {
  const aws = await scriptedAws(account(zones))
  closers.push(aws.close)
  const client = new Route53Client({ ...awsDefaults, ...aws.client })
  return { found: await findZone(client, { domain, zoneId }, new AbortController().signal), calls: aws.asked.length }
}

const parent = { id: 'ZP', name: 'example.com' }
const child = { id: 'ZC', name: 'preview.example.com' }
const neighbours = [
  { id: 'ZN1', name: 'preview-old.example.com' },
  { id: 'ZN2', name: 'preview0.example.com' },
  { id: 'ZN3', name: 'zz.example.com' },
]

test.each<[string, Stored[], string, number]>([
  ['the exact name', [parent, child, ...neighbours], 'ZC', 1],
  ['the longest name above, neighbours do not count', [parent, ...neighbours], 'ZP', 2],
  ['the public one of two', [{ ...child, id: 'ZA', private: true }, child], 'ZC', 1],
  ['a private one hides nothing', [{ ...child, private: true }, parent], 'ZP', 2],
  [
    '150 private ones of that name, and a public one last',
    [...Array.from({ length: 150 }, (_, i) => ({ id: `Y${1000 + i}`, name: child.name, private: true })), child],
    'ZC',
    2,
  ],
  [
    '150 zones around it',
    [...Array.from({ length: 150 }, (_, i) => ({ id: `Y${i}`, name: `n${i}.example.com` })), child],
    'ZC',
    1,
  ],
])('%s', async (_, zones, id, calls) => {
  const result = await find(zones, 'preview.example.com')
  expect(result).toMatchObject({ found: { id }, calls })
})

test('a given zone is taken, private or not', async () => {
  const { found } = await find([{ ...child, private: true }], 'preview.example.com', 'ZC')
  expect(found).toEqual({ id: 'ZC', name: 'preview.example.com' })
})

test.each<[string, Stored[], string | undefined, object]>([
  ['no zone', neighbours, undefined, { code: 'NotFound', object: 'preview.example.com' }],
  [
    'two public ones',
    [child, { ...child, id: 'ZD' }],
    undefined,
    { code: 'BadInput', hint: expect.stringContaining('ZC or ZD') },
  ],
  [
    'a given one of another name',
    [{ id: 'ZX', name: 'review.example.com' }],
    'ZX',
    { code: 'BadInput', message: expect.stringContaining('hosted zone ZX is review.example.com') },
  ],
  ['a given one that is not there', [], 'ZX', { code: 'NotFound', object: 'ZX' }],
])('refused: %s', async (_, zones, zoneId, error) => {
  await expect(find(zones, 'preview.example.com', zoneId)).rejects.toMatchObject(error)
})

test('a missing permission is named', async () => {
  const aws = await scriptedAws(() => xmlError(403, 'AccessDenied'))
  closers.push(aws.close)
  const client = new Route53Client({ ...awsDefaults, ...aws.client })
  await expect(
    findZone(client, { domain: 'a.test', zoneId: undefined }, new AbortController().signal),
  ).rejects.toMatchObject({
    code: 'AccessDenied',
    hint: expect.stringContaining('route53:ListHostedZonesByName'),
  })
})
