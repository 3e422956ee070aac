import { describe, expect, test } from 'vitest'
import type { Change } from './change-batch.ts'
import { refusalOf } from './change-rules.ts'
import { LOAD_BALANCERS } from './load-balancer-zones.ts'
import type { RecordSet } from './record-set.ts'

const ZONE = 'preview.test.'
const a = (name: string, value = '192.0.2.1'): RecordSet => ({ name, type: 'A', ttl: 60, values: [value] })
const txt = (name: string, ...values: string[]): RecordSet => ({ name, type: 'TXT', ttl: 60, values })
const cname = (name: string): RecordSet => ({ name, type: 'CNAME', ttl: 60, values: ['x.example.com.'] })
const alias = (
  name: string,
  dnsName: string,
  hostedZoneId = LOAD_BALANCERS.application.zoneId,
  type = 'A',
): RecordSet => ({
  name,
  type,
  alias: { hostedZoneId, dnsName, evaluateTargetHealth: false },
})
const BALANCER = 'k8s-preview-1.us-east-1.elb.amazonaws.com.'

const soa: RecordSet = { name: ZONE, type: 'SOA', ttl: 900, values: ['ns. admin. 1 7200 900 1209600 86400'] }
const ns: RecordSet = { name: ZONE, type: 'NS', ttl: 172_800, values: ['ns-1.example.com.'] }
const zone = {
  id: 'Z1',
  name: ZONE,
  sets: [soa, ns, txt('own.preview.test.', '"env=1"'), a('a.preview.test.'), cname('c.preview.test.')],
}

const create = (set: RecordSet): Change => ({ action: 'CREATE', set })
const upsert = (set: RecordSet): Change => ({ action: 'UPSERT', set })
const remove = (set: RecordSet): Change => ({ action: 'DELETE', set })
const messages = (...changes: Change[]) => refusalOf(zone, changes)?.messages ?? []

describe('Accepted', () => {
  test.each<[string, Change[]]>([
    [
      'a claim: TXT and both aliases at once',
      [
        create(txt('_eks-preview.n.preview.test.', '"env=2"')),
        create(alias('n.preview.test.', BALANCER)),
        create(alias('n.preview.test.', BALANCER, LOAD_BALANCERS.application.zoneId, 'AAAA')),
      ],
    ],
    [
      'compare-and-swap: DELETE and CREATE of one TXT set',
      [remove(txt('own.preview.test.', '"env=1"')), create(txt('own.preview.test.', '"env=2"'))],
    ],
    ['a CNAME that takes the place of an A', [remove(a('a.preview.test.')), create(cname('a.preview.test.'))]],
    ['values in another order', [remove({ ...ns, values: [...(ns.values ?? [])].reverse() }), create(ns)]],
    ['an alias to a name of the same zone', [create(alias('n.preview.test.', 'a.preview.test.', 'Z1'))]],
    ['a wildcard', [create(alias('\\052.preview.test.', BALANCER))]],
    ['a label of 63 characters', [create(a(`${'x'.repeat(63)}.preview.test.`))]],
    ['several strings in a TXT', [create(txt('n.preview.test.', `"${'x'.repeat(255)}" "a \\"quote\\""`))]],
    ['1000 records', Array.from({ length: 1000 }, (_, i) => create(a(`n${i}.preview.test.`)))],
  ])('%s', (_, changes) => {
    expect(refusalOf(zone, changes)).toBeUndefined()
  })
})

describe('Refused', () => {
  test.each<[string, Change[], string]>([
    [
      'CREATE of what is there',
      [create(txt('own.preview.test.', '"env=2"'))],
      "Tried to create resource record set [name='own.preview.test.', type='TXT'] but it already exists",
    ],
    [
      'DELETE with another value',
      [remove(txt('own.preview.test.', '"env=2"'))],
      "Tried to delete resource record set [name='own.preview.test.', type='TXT'] but the values provided do not match the current values",
    ],
    [
      'DELETE with another TTL',
      [remove({ ...a('a.preview.test.'), ttl: 61 })],
      "Tried to delete resource record set [name='a.preview.test.', type='A'] but the values provided do not match the current values",
    ],
    [
      'DELETE of an alias where there are values',
      [remove(alias('a.preview.test.', BALANCER))],
      "Tried to delete resource record set [name='a.preview.test.', type='A'] but the values provided do not match the current values",
    ],
    [
      'DELETE of what is not there',
      [remove(a('n.preview.test.'))],
      "Tried to delete resource record set [name='n.preview.test.', type='A'] but it was not found",
    ],
    [
      'the same set twice',
      [upsert(a('n.preview.test.')), create(a('n.preview.test.'))],
      "The request contains an invalid set of changes for a resource record set 'A n.preview.test.'",
    ],
    [
      'a CNAME beside another',
      [create(cname('a.preview.test.'))],
      'RRSet of type CNAME with DNS name a.preview.test. is not permitted as it conflicts with other records with the same DNS name in zone preview.test.',
    ],
    [
      'an A beside a CNAME',
      [create(a('c.preview.test.'))],
      'RRSet of type A with DNS name c.preview.test. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone preview.test.',
    ],
    [
      'a CNAME at the apex',
      [create(cname(ZONE))],
      'RRSet of type CNAME with DNS name preview.test. is not permitted at apex in zone preview.test.',
    ],
    [
      'a name of another zone',
      [create(a('www.other.test.'))],
      'RRSet with DNS name www.other.test. is not permitted in zone preview.test.',
    ],
    [
      'a name that only ends like the zone',
      [create(a('xpreview.test.'))],
      'RRSet with DNS name xpreview.test. is not permitted in zone preview.test.',
    ],
    [
      'a label of 64 characters',
      [create(a(`${'x'.repeat(64)}.preview.test.`))],
      `FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '${'x'.repeat(64)}.preview.test.'`,
    ],
    [
      'an empty label',
      [create(a('x..preview.test.'))],
      "FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'x..preview.test.'",
    ],
    [
      'a TXT without quotes',
      [create(txt('n.preview.test.', 'env=1'))],
      "Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 'env=1''",
    ],
    [
      'a TXT string of 256 characters',
      [create(txt('n.preview.test.', `"${'x'.repeat(256)}"`))],
      `Invalid Resource Record: 'FATAL problem: CharacterStringTooLong (Value is too long) encountered with '"${'x'.repeat(256)}"''`,
    ],
    [
      'no IPv4 address',
      [create(a('n.preview.test.', '::1'))],
      "Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '::1''",
    ],
    ['a value twice', [create(txt('n.preview.test.', '"x"', '"x"'))], `Duplicate Resource Record: '"x"'`],
    [
      'an alias out of its zone',
      [create(alias('n.preview.test.', 'www.example.com.'))],
      `Tried to create an alias that targets www.example.com., type A in zone ${LOAD_BALANCERS.application.zoneId}, but the alias target name does not lie within the target zone`,
    ],
    [
      'an alias to nothing',
      [create(alias('n.preview.test.', 'm.preview.test.', 'Z1'))],
      'Tried to create an alias that targets m.preview.test., type A in zone Z1, but that target was not found',
    ],
    ['no SOA', [remove(soa)], 'A HostedZone must contain exactly one SOA record.'],
    [
      '1001 records',
      Array.from({ length: 1001 }, (_, i) => create(a(`n${i}.preview.test.`))),
      'Number of records limit of 1000 exceeded.',
    ],
    [
      '501 records by UPSERT, which counts twice',
      Array.from({ length: 501 }, (_, i) => upsert(a(`n${i}.preview.test.`))),
      'Number of records limit of 1000 exceeded.',
    ],
    [
      '32,001 characters',
      Array.from({ length: 127 }, (_, i) => create(txt(`n${i}.preview.test.`, `"${'x'.repeat(250)}"`))),
      'Number of characters limit of 32000 exceeded.',
    ],
  ])('%s', (_, changes, message) => {
    expect(refusalOf(zone, changes)).toEqual({ code: 'InvalidChangeBatch', messages: [message] })
  })

  test('a name of more than 253 characters and its dot', () => {
    const name = (last: number) => [...['x', 'y', 'z'].map((c) => c.repeat(63)), 'w'.repeat(last), ZONE].join('.')
    expect(name(48)).toHaveLength(254)
    expect(messages(create(a(name(48))))).toEqual([])
    expect(messages(create(a(name(49))))).toEqual([expect.stringContaining('DomainNameTooLong')])
  })

  test('every failing change is told', () => {
    expect(messages(create(a('a.preview.test.')), remove(a('n.preview.test.')))).toEqual([
      "Tried to create resource record set [name='a.preview.test.', type='A'] but it already exists",
      "Tried to delete resource record set [name='n.preview.test.', type='A'] but it was not found",
    ])
  })

  test.each<[string, RecordSet, string]>([
    ['neither values nor alias', { name: 'n.preview.test.', type: 'A' }, 'but found none'],
    ['values without a TTL', { name: 'n.preview.test.', type: 'A', values: ['192.0.2.1'] }, 'but found none'],
    ['both', { ...alias('n.preview.test.', BALANCER), ttl: 60, values: ['192.0.2.1'] }, 'but found more than one'],
  ])('%s', (_, set, message) => {
    expect(refusalOf(zone, [create(set)])).toEqual({
      code: 'InvalidInput',
      messages: [expect.stringContaining(`${message} in Change with [Action=CREATE, Name=n.preview.test.`)],
    })
  })
})
