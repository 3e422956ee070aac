import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { environmentOf, ownerRecordOf } from '../names.ts'
import { claim, release, touch } from './claim.ts'
import { ownerLine } from './owner.ts'
import type { Change, RecordSet } from './records.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 42, branch: 'feature/login' }, true)
const twin = environmentOf({ repository: 'acme/blog', repositoryId: 43, branch: 'feature/login' }, true)
const other = environmentOf({ repository: 'acme/shop', repositoryId: 42, branch: 'main' }, true)
const target = { zoneId: 'Z35SXDOTRQ7X7K', dnsName: 'k8s-preview-1.us-east-1.elb.amazonaws.com' }
const host = `${environment.id}-app1.preview.test`
const wish = { hosts: [host], environment, life: 'life-2', target }

const txt = (value: string, name = ownerRecordOf(host), ttl = 60): RecordSet => ({
  name,
  type: 'TXT',
  ttl,
  values: [value],
})
const ours = (life = 'life-2') => txt(ownerLine(environment, life))
const alias = (type: string, dnsName = target.dnsName, evaluateTargetHealth = false): RecordSet => ({
  name: host,
  type,
  alias: { zoneId: target.zoneId, dnsName, evaluateTargetHealth },
})
const cname: RecordSet = { name: host, type: 'CNAME', ttl: 60, values: ['shop.example.com'] }
const short = (changes: Change[]) => changes.map(({ action, record }) => `${action} ${record.type}`).join(', ')

describe('claim', () => {
  test.each<[string, RecordSet[], string]>([
    ['nothing there', [], 'CREATE TXT, CREATE A, CREATE AAAA'],
    ['as wanted', [ours(), alias('A'), alias('AAAA')], ''],
    ['as wanted, another TTL on the TXT', [{ ...ours(), ttl: 300 }, alias('A'), alias('AAAA')], ''],
    ['A is missing', [ours(), alias('AAAA')], 'DELETE TXT, CREATE TXT, UPSERT A'],
    ['AAAA is missing', [ours(), alias('A')], 'DELETE TXT, CREATE TXT, UPSERT AAAA'],
    ['both are missing', [ours()], 'DELETE TXT, CREATE TXT, UPSERT A, UPSERT AAAA'],
    [
      'the load balancer is another',
      [ours(), alias('A', 'old.elb'), alias('AAAA')],
      'DELETE TXT, CREATE TXT, UPSERT A',
    ],
    [
      'target health is evaluated',
      [ours(), alias('A', target.dnsName, true), alias('AAAA')],
      'DELETE TXT, CREATE TXT, UPSERT A',
    ],
    ['an earlier life', [ours('life-1'), alias('A'), alias('AAAA')], 'DELETE TXT, CREATE TXT'],
    ['other types of ours at the host', [ours(), alias('A'), alias('AAAA'), { ...cname, type: 'CAA' }], ''],
    [
      'neighbours only',
      [{ ...alias('A'), name: `x.${host}` }, txt('"x"', host.slice(1))],
      'CREATE TXT, CREATE A, CREATE AAAA',
    ],
  ])('%s', (_, found, expected) => {
    const { changes, conflicts } = claim(wish, found)
    expect(conflicts).toEqual([])
    expect(short(changes)).toBe(expected)
  })

  test.each<[string, RecordSet[], string, string]>([
    ['A without TXT', [alias('A')], 'A', `somebody else (A alias of ${target.dnsName})`],
    ['CNAME without TXT', [cname], 'CNAME', 'somebody else (CNAME shop.example.com)'],
    ['CNAME beside our TXT', [ours(), cname], 'CNAME', 'somebody else (CNAME shop.example.com)'],
    [
      'another environment',
      [txt(ownerLine(other, 'l'))],
      'TXT',
      `environment ${other.id} of the repository with id 42`,
    ],
    [
      'the same branch of another repository',
      [txt(ownerLine(twin, 'l'))],
      'TXT',
      `environment ${twin.id} of the repository with id 43`,
    ],
    [
      'external-dns at the host',
      [txt('"heritage=external-dns,external-dns/owner=prod,external-dns/resource=ingress/shop/web"', host)],
      'TXT',
      'external-dns (owner prod, resource ingress/shop/web)',
    ],
    [
      'a TXT of two values',
      [{ ...ours(), values: [...(ours().values ?? []), '"x"'] }],
      'TXT',
      `somebody else (TXT ${ours().values?.[0]} "x"`,
    ],
    [
      'a CNAME where the TXT goes',
      [{ ...cname, name: ownerRecordOf(host) }],
      'CNAME',
      'somebody else (CNAME shop.example.com)',
    ],
  ])('conflict: %s', (_, found, type, owner) => {
    const { changes, conflicts } = claim(wish, found)
    expect(changes).toEqual([])
    expect(conflicts.map((each) => each.record.type)).toContain(type)
    expect(conflicts[0]?.owner.startsWith(owner.slice(0, 100))).toBe(true)
  })

  test('the exact TXT that was read is deleted, whatever its TTL', () => {
    const { changes } = claim(wish, [{ ...ours('life-1'), ttl: 17 }])
    expect(changes[0]).toEqual({ action: 'DELETE', record: { ...ours('life-1'), ttl: 17 } })
    expect(changes[1]).toEqual({ action: 'CREATE', record: ours() })
  })

  test('a hundred hosts stay within one change of a zone', () => {
    const hosts = Array.from({ length: 100 }, (_, i) => `${environment.id}-${'a'.repeat(27)}${i}.preview.test`)
    const found = hosts.map((each) => txt(ownerLine(environment, crypto.randomUUID()), ownerRecordOf(each)))
    const { changes } = claim({ ...wish, hosts, life: crypto.randomUUID() }, found)
    const elements = changes.map(({ action }) => (action === 'UPSERT' ? 2 : 1))
    expect(elements.reduce((sum: number, each) => sum + each, 0)).toBeLessThanOrEqual(1000)
    expect(changes.flatMap(({ record }) => record.values ?? []).join('').length).toBeLessThanOrEqual(32_000)
  })
})

describe('release', () => {
  test.each<[string, RecordSet[], string]>([
    ['all there', [ours(), alias('A'), alias('AAAA')], 'DELETE TXT, DELETE A, DELETE AAAA'],
    ['an earlier life', [ours('life-1'), alias('A')], 'DELETE TXT, DELETE A'],
    ['A is gone, TXT left', [ours()], 'DELETE TXT'],
    ['A changed by hand', [ours(), { name: host, type: 'A', ttl: 5, values: ['192.0.2.1'] }], 'DELETE TXT, DELETE A'],
    ['nothing there', [], ''],
    ['A without TXT', [alias('A')], ''],
    ['TXT of another', [txt(ownerLine(other, 'l')), alias('A')], ''],
    ['a CNAME beside our TXT', [ours(), cname], 'DELETE TXT'],
  ])('%s', (_, found, expected) => {
    expect(short(release(wish, found).changes)).toBe(expected)
  })
})

/** Route 53's rules for a batch: all or nothing, CREATE only what is absent, DELETE only what is exactly there. */
const apply = (zone: RecordSet[], changes: Change[]): RecordSet[] => {
  let now = [...zone]
  for (const { action, record } of changes) {
    const same = now.find(({ name, type }) => name === record.name && type === record.type)
    if (action === 'CREATE' && same) throw new Error('already exists')
    if (action === 'DELETE' && JSON.stringify(same) !== JSON.stringify(record)) throw new Error('does not match')
    now = now.filter((each) => each !== same)
    if (action !== 'DELETE') now.push(record)
  }
  return now
}

const hosts = [host, `${environment.id}-app2.preview.test`, `${environment.id}-app2-x.preview.test`]
const anyValue = fc.oneof(
  fc.constantFrom(
    ownerLine(environment, 'life-1'),
    ownerLine(environment, 'life-2'),
    ownerLine(twin, 'life-1'),
    ownerLine(other, 'life-1'),
    '"heritage=external-dns,external-dns/owner=x"',
    '"heritage=eks-preview"',
  ),
  fc.string(),
)
const anyRecord = fc
  .record({
    name: fc.constantFrom(...hosts, ...hosts.map(ownerRecordOf), 'preview.test'),
    type: fc.constantFrom('A', 'AAAA', 'TXT', 'CNAME', 'MX'),
    value: anyValue,
    isAlias: fc.boolean(),
    to: fc.constantFrom(target.dnsName, 'old.elb.amazonaws.com'),
  })
  .map(
    ({ name, type, value, isAlias, to }): RecordSet =>
      isAlias && (type === 'A' || type === 'AAAA')
        ? { name, type, alias: { zoneId: target.zoneId, dnsName: to, evaluateTargetHealth: false } }
        : { name, type, ttl: 60, values: [value] },
  )
const anyZone = fc.uniqueArray(anyRecord, { selector: ({ name, type }) => `${name} ${type}`, maxLength: 12 })

const isOwned = (zone: RecordSet[], name: string) =>
  zone.some(
    (each) =>
      each.name === ownerRecordOf(name) &&
      each.type === 'TXT' &&
      each.values?.[0]?.startsWith(ownerLine(environment, '').slice(0, -1)),
  )
const foreignOf = (zone: RecordSet[]) =>
  zone.filter(({ name, type }) => {
    const at = hosts.find((each) => name === each || name === ownerRecordOf(each))
    if (at === undefined || !isOwned(zone, at)) return true
    return name === at ? type !== 'A' && type !== 'AAAA' : type !== 'TXT'
  })

describe('in any zone', () => {
  test('a claim that sees no conflict is accepted, changes nothing of others, and leaves nothing to do', () => {
    fc.assert(
      fc.property(anyZone, (zone) => {
        const { changes, conflicts } = claim({ ...wish, hosts }, zone)
        if (conflicts.length > 0) return
        const after = apply(zone, changes)
        expect(after).toEqual(expect.arrayContaining(foreignOf(zone)))
        expect(claim({ ...wish, hosts }, after)).toEqual({ changes: [], conflicts: [] })
        expect(foreignOf(apply(after, touch(hosts, after)))).toEqual(foreignOf(after))
      }),
      { numRuns: 2000 },
    )
  })

  test('every host is either changed or in conflict, never both', () => {
    fc.assert(
      fc.property(anyZone, (zone) => {
        const { changes, conflicts } = claim({ ...wish, hosts }, zone)
        const touched = new Set(changes.map(({ record }) => record.name.replace('_eks-preview.', '')))
        for (const { host: refused } of conflicts) expect(touched).not.toContain(refused)
      }),
    )
  })

  test('a release takes exactly what is ours, and a second one nothing', () => {
    fc.assert(
      fc.property(anyZone, (zone) => {
        const after = apply(zone, release({ hosts, environment }, zone).changes)
        expect(after.map((each) => JSON.stringify(each)).sort()).toEqual(
          foreignOf(zone)
            .map((each) => JSON.stringify(each))
            .sort(),
        )
        expect(release({ hosts, environment }, after).changes).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  test('what was claimed is wholly released', () => {
    const after = apply(
      apply([], claim({ ...wish, hosts }, []).changes),
      release({ hosts, environment }, apply([], claim({ ...wish, hosts }, []).changes)).changes,
    )
    expect(after).toEqual([])
  })
})
