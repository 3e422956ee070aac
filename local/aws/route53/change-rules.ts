import type { Change } from './change-batch.ts'
import { isInZone } from './load-balancer-zones.ts'
import { nameProblem, valueProblems } from './record-check.ts'
import { contentOf, keyOf, type RecordSet } from './record-set.ts'

export type Zone = { id: string; name: string; sets: readonly RecordSet[] }
export type Refusal = { code: 'InvalidInput' | 'InvalidChangeBatch'; messages: string[] }

const MAX_RECORDS = 1000
const MAX_CHARACTERS = 32_000

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

/** A set has either an alias target or a TTL and values. */
const shapeProblem = ({ action, set }: Change): string | undefined => {
  const found = [set.alias && 'alias', set.ttl !== undefined && set.values && 'records'].filter(Boolean)
  const stray = set.alias ? set.ttl !== undefined || set.values : false
  if (found.length === 1 && !stray) return undefined
  const where = `[Action=${action}, Name=${set.name}, Type=${set.type}, SetIdentifier=${set.setIdentifier ?? 'null'}]`
  const choice = 'exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]'
  return `Invalid request: Expected ${choice}, but found ${set.alias ? 'more than one' : 'none'} in Change with ${where}`
}

/** An UPSERT counts twice: it stands for a DELETE and a CREATE. */
const sizeProblems = (changes: readonly Change[]): string[] => {
  const weight = ({ action }: Change) => (action === 'UPSERT' ? 2 : 1)
  const records = sum(changes.map((change) => weight(change) * (change.set.values?.length ?? 0)))
  const characters = sum(changes.map((change) => weight(change) * (change.set.values ?? []).join('').length))
  return [
    ...(records > MAX_RECORDS ? [`Number of records limit of ${MAX_RECORDS} exceeded.`] : []),
    ...(characters > MAX_CHARACTERS ? [`Number of characters limit of ${MAX_CHARACTERS} exceeded.`] : []),
  ]
}

/** One set may be changed once in a batch, or deleted and then created again. */
const repetitionProblems = (changes: readonly Change[]): string[] =>
  [...Map.groupBy(changes, ({ set }) => keyOf(set)).values()]
    .map((same) => ({ set: same[0]?.set, actions: same.map(({ action }) => action).join() }))
    .filter(({ actions }) => actions.includes(',') && actions !== 'DELETE,CREATE')
    .map(
      ({ set }) =>
        `The request contains an invalid set of changes for a resource record set '${set?.type} ${set?.name}'`,
    )

const applied = (zone: Zone, changes: readonly Change[]): { after: Map<string, RecordSet>; problems: string[] } => {
  const after = new Map(zone.sets.map((set) => [keyOf(set), set]))
  const problems: string[] = []
  for (const { action, set } of changes) {
    const present = after.get(keyOf(set))
    const which = `resource record set [name='${set.name}', type='${set.type}']`
    if (action === 'CREATE' && present) problems.push(`Tried to create ${which} but it already exists`)
    if (action === 'DELETE' && !present) problems.push(`Tried to delete ${which} but it was not found`)
    if (action === 'DELETE' && present && contentOf(present) !== contentOf(set)) {
      problems.push(`Tried to delete ${which} but the values provided do not match the current values`)
    }
    // Refused or not, what follows in the batch is judged as if this change had happened.
    if (action === 'DELETE') after.delete(keyOf(set))
    else after.set(keyOf(set), set)
  }
  return { after, problems }
}

const aliasProblem = (zone: Zone, set: RecordSet, after: ReadonlyMap<string, RecordSet>): string | undefined => {
  if (!set.alias) return undefined
  const { hostedZoneId, dnsName } = set.alias
  const tried = `Tried to create an alias that targets ${dnsName}, type ${set.type} in zone ${hostedZoneId}, but`
  const inside = hostedZoneId === zone.id ? dnsName.endsWith(zone.name) : isInZone(dnsName, hostedZoneId)
  if (!inside) return `${tried} the alias target name does not lie within the target zone`
  const found =
    hostedZoneId === zone.id ? after.has(keyOf({ name: dnsName, type: set.type })) : ['A', 'AAAA'].includes(set.type)
  return found ? undefined : `${tried} that target was not found`
}

const neighbourProblem = (zone: Zone, set: RecordSet, after: readonly RecordSet[]): string | undefined => {
  const of = `RRSet of type ${set.type} with DNS name ${set.name} is not permitted`
  if (set.type === 'CNAME' && set.name === zone.name) return `${of} at apex in zone ${zone.name}`
  const others = after.filter((other) => other.name === set.name && other.type !== set.type)
  if (set.type === 'CNAME' && others.length > 0) {
    return `${of} as it conflicts with other records with the same DNS name in zone ${zone.name}`
  }
  if (others.some((other) => other.type === 'CNAME')) {
    return `${of} because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone.name}`
  }
  return undefined
}

const apexProblems = (zone: Zone, after: readonly RecordSet[]): string[] => {
  const has = (type: string) => after.some((set) => set.name === zone.name && set.type === type)
  return [
    ...(has('SOA') ? [] : ['A HostedZone must contain exactly one SOA record.']),
    ...(has('NS') ? [] : ['A HostedZone must contain at least one NS record for the zone itself.']),
  ]
}

/** Why Route 53 would refuse this batch on this zone, or undefined: it is carried out as a whole or not at all. */
export const refusalOf = (zone: Zone, changes: readonly Change[]): Refusal | undefined => {
  const shape = changes.map(shapeProblem).filter((problem) => problem !== undefined)
  if (shape.length > 0) return { code: 'InvalidInput', messages: shape.slice(0, 1) }
  const { after, problems } = applied(zone, changes)
  const left = [...after.values()]
  const written = changes.filter(({ action }) => action !== 'DELETE').map(({ set }) => set)
  const firstOf = [
    sizeProblems(changes),
    repetitionProblems(changes),
    changes.map(({ set }) => nameProblem(set.name, zone.name)),
    written.flatMap(valueProblems),
    [
      ...problems,
      ...written.map((set) => neighbourProblem(zone, set, left)),
      ...written.map((set) => aliasProblem(zone, set, after)),
      ...apexProblems(zone, left),
    ],
  ].map((found) => found.filter((problem) => problem !== undefined))
  const messages = firstOf.find((found) => found.length > 0)
  return messages && { code: 'InvalidChangeBatch', messages }
}
