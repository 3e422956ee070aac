import {
  type Change,
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
  Route53Client,
} from '@aws-sdk/client-route-53'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAws } from '../aws.ts'
import { startTrialAws, TRIAL_DOMAIN, type TrialAws } from '../trial-aws.ts'

let aws: TrialAws
let client: Route53Client
let now = Date.now()

beforeAll(async () => {
  aws = await startTrialAws({ now: () => now, syncDelayMs: 1000 })
  client = new Route53Client({ endpoint: aws.endpoint, region: 'us-east-1', credentials: aws.root, maxAttempts: 1 })
})
afterAll(() => aws.close())

const txt = (Action: Change['Action'], label: string, value: string): Change => ({
  Action,
  ResourceRecordSet: {
    Name: `${label}.${TRIAL_DOMAIN}`,
    Type: 'TXT',
    TTL: 60,
    ResourceRecords: [{ Value: `"${value}"` }],
  },
})
const alias = (Action: Change['Action'], label: string): Change => ({
  Action,
  ResourceRecordSet: {
    Name: `${label}.${TRIAL_DOMAIN}`,
    Type: 'A',
    AliasTarget: {
      HostedZoneId: 'Z35SXDOTRQ7X7K',
      DNSName: 'k8s-preview-1.us-east-1.elb.amazonaws.com',
      EvaluateTargetHealth: false,
    },
  },
})
const send = (...Changes: Change[]) =>
  client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: aws.account.zoneId, ChangeBatch: { Changes } }))
const records = async () => {
  const { ResourceRecordSets } = await client.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: aws.account.zoneId }),
  )
  return JSON.stringify(ResourceRecordSets)
}
const unchanged = async (refused: Promise<unknown>, name: string, message: string): Promise<void> => {
  const before = await records()
  await expect(refused).rejects.toMatchObject({ name, message: expect.stringContaining(message) })
  expect(await records()).toBe(before)
}

test('a claim by CREATE is carried out once, and a second one changes nothing', async () => {
  await send(txt('CREATE', 'own.claim', 'env=1'), alias('CREATE', 'claim'))
  const text = `[Tried to create resource record set [name='own.claim.${TRIAL_DOMAIN}.', type='TXT'] but it already exists]`
  await unchanged(send(alias('CREATE', 'claim2'), txt('CREATE', 'own.claim', 'env=2')), 'InvalidChangeBatch', text)
})

test('DELETE and CREATE of one TXT set in a batch are a compare-and-swap', async () => {
  await send(txt('CREATE', 'own.swap', 'env=1'))
  const swap = (from: string, to: string) =>
    send(txt('DELETE', 'own.swap', from), txt('CREATE', 'own.swap', to), alias('UPSERT', 'swap'))
  await swap('env=1', 'env=2')
  await unchanged(swap('env=1', 'env=3'), 'InvalidChangeBatch', 'the values provided do not match the current values')
  expect(await records()).toContain('env=2')
})

test.each<[string, Change[], string, string]>([
  ['DELETE of nothing', [alias('DELETE', 'nothing')], 'InvalidChangeBatch', 'but it was not found'],
  [
    'a TXT without quotes',
    [
      {
        ...txt('CREATE', 'q', ''),
        ResourceRecordSet: { Name: `q.${TRIAL_DOMAIN}`, Type: 'TXT', TTL: 1, ResourceRecords: [{ Value: 'x' }] },
      },
    ],
    'InvalidChangeBatch',
    'InvalidCharacterString',
  ],
  [
    'a name elsewhere',
    [
      {
        ...txt('CREATE', 'q', ''),
        ResourceRecordSet: { Name: 'www.other.test', Type: 'TXT', TTL: 1, ResourceRecords: [{ Value: '"x"' }] },
      },
    ],
    'InvalidChangeBatch',
    'is not permitted in zone',
  ],
  [
    'no values',
    [{ Action: 'CREATE', ResourceRecordSet: { Name: `q.${TRIAL_DOMAIN}`, Type: 'A' } }],
    'InvalidInput',
    'but found none',
  ],
  [
    '1001 values',
    Array.from({ length: 1001 }, (_, i) => txt('CREATE', `n${i}`, 'x')),
    'InvalidChangeBatch',
    'limit of 1000',
  ],
])('refuses %s', async (_, changes, name, message) => {
  await unchanged(send(...changes), name, message)
})

test('a zone that is not there is the service’s own answer', async () => {
  const elsewhere = { HostedZoneId: 'ZNOPE', ChangeBatch: { Changes: [alias('CREATE', 'a')] } }
  await expect(client.send(new ChangeResourceRecordSetsCommand(elsewhere))).rejects.toMatchObject({
    name: 'NoSuchHostedZone',
  })
})

test('a caller who may not change the zone hears nothing about it', async () => {
  const stranger = new Route53Client({
    endpoint: aws.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIANOBODYNOBODYNOBO', secretAccessKey: 'x' },
  })
  const invalid = { HostedZoneId: aws.account.zoneId, ChangeBatch: { Changes: [alias('DELETE', 'nothing')] } }
  await unchanged(stranger.send(new ChangeResourceRecordSetsCommand(invalid)), 'InvalidClientTokenId', '')
})

test('names are kept in lower case, with * in octal', async () => {
  await send(alias('CREATE', '*.Mixed'))
  expect(await records()).toContain(`\\\\052.mixed.${TRIAL_DOMAIN}.`)
})

describe('A listing', () => {
  const host = (label: string) => `${label}.order.${TRIAL_DOMAIN}.`
  // The dot after a label counts: `-` sorts before it, digits and letters after.
  const sorted = [
    ['app1-x', 'A'],
    ['app1-x', 'TXT'],
    ['\\052.app1-x', 'A'],
    ['app1', 'TXT'],
    ['a.app1', 'A'],
    ['app10', 'A'],
    ['app2', 'A'],
  ].map(([label = '', type]) => `${host(label)} ${type}`)
  const list = async (input: Partial<ListResourceRecordSetsCommandInput>) => {
    const all = { HostedZoneId: aws.account.zoneId, ...input }
    const { ResourceRecordSets = [], ...page } = await client.send(new ListResourceRecordSetsCommand(all))
    const lines = ResourceRecordSets.map(({ Name, Type }) => `${Name} ${Type}`)
    return { ...page, lines: lines.filter((line) => line.includes(`.order.${TRIAL_DOMAIN}.`)) }
  }
  beforeAll(async () => {
    const labels = ['app2', 'app10', 'a.app1', 'app1-x', '*.app1-x']
    const aliases = labels.map((label) => alias('CREATE', `${label}.order`))
    await send(...aliases, txt('CREATE', 'app1.order', '1'), txt('CREATE', 'app1-x.order', '1'))
  })

  test('is sorted by the labels from the right, each with its dot, then by type', async () => {
    expect((await list({})).lines).toEqual(sorted)
  })

  test('begins at a name, or at a type of it', async () => {
    const from = async (label: string, StartRecordType?: 'A' | 'TXT') =>
      (await list({ StartRecordName: host(label), StartRecordType })).lines
    expect(await from('app1-x')).toEqual(sorted)
    expect(await from('app1-x', 'TXT')).toEqual(sorted.slice(1))
    expect(await from('app1', 'A')).toEqual(sorted.slice(3))
    expect(await from('app1-y')).toEqual(sorted.slice(3))
    expect(await from('zzz')).toEqual([])
  })

  test.each([1, 2, 3, 6])('in pages of %i shows everything once', async (MaxItems) => {
    const lines: string[] = []
    let start: Partial<ListResourceRecordSetsCommandInput> = { StartRecordName: host('a') }
    for (let page = 1; page <= sorted.length; page++) {
      const found = await list({ ...start, MaxItems })
      lines.push(...found.lines)
      if (!found.IsTruncated || found.lines.length < MaxItems) break
      start = { StartRecordName: found.NextRecordName, StartRecordType: found.NextRecordType }
    }
    expect(lines).toEqual(sorted)
  })
})

test('a change is PENDING, and not served, until its time has come', async () => {
  const { ChangeInfo } = await send(txt('CREATE', 'own.slow', 'env=1'))
  const status = async () => (await client.send(new GetChangeCommand({ Id: ChangeInfo?.Id }))).ChangeInfo?.Status
  const served = async () => JSON.stringify(await aws.servedRecords(aws.account.zoneId)).includes('own.slow')

  expect([ChangeInfo?.Status, await status(), await status(), await served()]).toEqual([
    'PENDING',
    'PENDING',
    'PENDING',
    false,
  ])
  now += 1000
  expect([await status(), await served()]).toEqual(['INSYNC', true])
})

test('a change that comes while another of its zone is in flight is refused', async () => {
  const all = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => send(alias('CREATE', `p${i}`))))
  const names = all.map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as Error).name))
  expect(names).toContain('done')
  expect(names).toContain('PriorRequestNotComplete')
  expect(new Set(names).size).toBe(2)
  const list = await records()
  const written = names.map((_, i) => (list.includes(`"p${i}.${TRIAL_DOMAIN}."`) ? 'done' : 'PriorRequestNotComplete'))
  expect(written).toEqual(names)
})

test('requests beyond the account’s rate are throttled', async () => {
  const rate = { capacity: 2, refillPerSecond: 1 }
  const limited = await startAws({ port: 0, upstream: aws.upstream, root: aws.root, rate, now: () => now })
  try {
    const one = new Route53Client({
      endpoint: limited.endpoint,
      region: 'us-east-1',
      credentials: aws.root,
      maxAttempts: 1,
    })
    const list = () => one.send(new ListResourceRecordSetsCommand({ HostedZoneId: aws.account.zoneId }))
    await list()
    await list()
    await expect(list()).rejects.toMatchObject({ name: 'Throttling', message: 'Rate exceeded' })
    now += 1000
    await list()
  } finally {
    await limited.close()
  }
})
