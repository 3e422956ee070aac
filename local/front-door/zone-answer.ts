import { isLoadBalancer } from '../aws/route53/load-balancer-zones.ts'
import { type RecordSet, recordName } from '../aws/route53/record-set.ts'
import { balancerName } from './routing.ts'

export type Question = { name: string; type: string }
export type ResourceRecord = { name: string; type: string; ttl: number; value: string }
export type ZoneAnswer = {
  code: 'NOERROR' | 'NXDOMAIN' | 'REFUSED'
  answers: ResourceRecord[]
  /** The SOA of a negative answer, which resolvers keep for min(its TTL, its minimum) seconds. */
  authority: ResourceRecord[]
}

// As Route 53 answers for an alias to a load balancer.
const ALIAS_TTL = 60

const isBelow = (name: string, parent: string): boolean => name.endsWith(`.${parent}`)

/** The sets of this name, else of the closest wildcard above it; undefined where the name does not exist. */
const setsOf = (sets: readonly RecordSet[], name: string): readonly RecordSet[] | undefined => {
  const own = sets.filter((set) => set.name === name)
  // A name exists when something is below it, and then no wildcard stands for it.
  if (own.length > 0 || sets.some((set) => isBelow(set.name, name))) return own
  const parent = name.slice(name.indexOf('.') + 1)
  const wild = sets.filter((set) => set.name === `\\052.${parent}`)
  if (wild.length > 0) return wild
  return sets.some((set) => set.name === parent || isBelow(set.name, parent)) ? undefined : setsOf(sets, parent)
}

const recordsOf = (set: RecordSet, name: string): ResourceRecord[] => {
  if (set.alias) {
    return set.type === 'A' ? [{ name, type: 'A', ttl: ALIAS_TTL, value: balancerName(set.alias.dnsName) }] : []
  }
  return (set.values ?? []).map((value) => ({ name, type: set.type, ttl: set.ttl ?? 0, value }))
}

/** What the zone's name server says; the address of a load balancer is for the caller to fill in, where its name stands. */
export const zoneAnswer = (
  { name, type }: Question,
  zone: { name: string; sets: readonly RecordSet[] },
): ZoneAnswer => {
  const balancer = (target: string) => [{ name: target, type: 'A', ttl: ALIAS_TTL, value: recordName(target) }]
  if (isLoadBalancer(name)) {
    return { code: 'NOERROR', answers: type === 'A' ? balancer(name) : [], authority: [] }
  }
  if (name !== zone.name && !isBelow(name, zone.name)) return { code: 'REFUSED', answers: [], authority: [] }
  const soa = zone.sets.filter((set) => set.type === 'SOA').flatMap((set) => recordsOf(set, zone.name))
  const sets = setsOf(zone.sets, name)
  if (!sets) return { code: 'NXDOMAIN', answers: [], authority: soa }
  const cname = sets.filter((set) => set.type === 'CNAME').flatMap((set) => recordsOf(set, name))
  const followed = cname.filter(({ value }) => type === 'A' && isLoadBalancer(recordName(value)))
  const asked = sets.filter((set) => set.type === type && type !== 'CNAME').flatMap((set) => recordsOf(set, name))
  const answers = [...cname, ...followed.flatMap(({ value }) => balancer(value)), ...asked]
  return { code: 'NOERROR', answers, authority: answers.length === 0 ? soa : [] }
}
