import { isDeepStrictEqual } from 'node:util'
import { type Environment, ownerRecordOf } from '../names.ts'
import { ownerLine, ownerOf, ownsIt } from './owner.ts'
import type { Change, RecordSet } from './records.ts'

export type Target = { zoneId: string; dnsName: string }
export type Claim = { hosts: readonly string[]; environment: Environment; life: string; target: Target }

/** A record set that keeps a host from being ours, and whose it is. */
export type Conflict = { host: string; record: RecordSet; owner: string }
export type Decision = { changes: Change[]; conflicts: Conflict[] }

/** All names that say something about these hosts. */
export const namesOf = (hosts: readonly string[]): string[] => hosts.flatMap((host) => [host, ownerRecordOf(host)])

/**
 * What makes the zone serve the hosts from the target. For one host:
 *
 * | TXT beside it   | at the host              | then                                                       |
 * |-----------------|--------------------------|------------------------------------------------------------|
 * | none            | nothing                  | CREATE all three: cannot overwrite who came in between     |
 * | none or foreign | anything                 | conflict                                                   |
 * | foreign         | nothing                  | conflict                                                   |
 * | ours            | CNAME, NS                | conflict: we never write these                             |
 * | ours, this life | both as wanted           | nothing                                                    |
 * | ours            | anything else            | swap: DELETE the exact TXT read, CREATE it, UPSERT A, AAAA |
 *
 * A batch is all or nothing and a DELETE must state what is there, so a swap fails when somebody else was faster.
 */
export const claim = ({ hosts, environment, life, target }: Claim, found: readonly RecordSet[]): Decision =>
  merged(
    hosts.map((host) => {
      const wanted = { txt: ownership(host, ownerLine(environment, life)), addresses: addresses(host, target) }
      const conflicts = conflictsAt(host, environment, found)
      if (conflicts.length > 0) return { changes: [], conflicts }

      const txt = ownershipAt(host, found)
      if (txt === undefined) return { changes: [wanted.txt, ...wanted.addresses].map(create), conflicts }

      const wrong = wanted.addresses.filter((record) => !found.some((each) => isDeepStrictEqual(each, record)))
      const same = isDeepStrictEqual(txt.values, wanted.txt.values)
      return { changes: same && wrong.length === 0 ? [] : swap(txt, wanted.txt, wrong), conflicts }
    }),
  )

/** Rewrites what is there to what is there: a change to wait for when the answer to the first was lost. */
export const touch = (hosts: readonly string[], found: readonly RecordSet[]): Change[] =>
  hosts.flatMap((host) => {
    const txt = ownershipAt(host, found)
    return txt === undefined ? [] : swap(txt, txt, [])
  })

/** What takes the hosts out of the zone again: exactly the sets that were read, and only where the TXT is ours. */
export const release = (
  { hosts, environment }: Pick<Claim, 'hosts' | 'environment'>,
  found: readonly RecordSet[],
): Decision =>
  merged(
    hosts.map((host) => {
      const txt = ownershipAt(host, found)
      if (txt === undefined || !ownsIt(environment, txt)) {
        return { changes: [], conflicts: conflictsAt(host, environment, found) }
      }
      const ours = found.filter((record) => record.name === host && isAddress(record))
      return { changes: [txt, ...ours].map(remove), conflicts: [] }
    }),
  )

/** Every record set that makes a host somebody else's. */
export const conflictsAt = (host: string, environment: Environment, found: readonly RecordSet[]): Conflict[] => {
  const beside = found.filter((record) => record.name === ownerRecordOf(host))
  const foreign = beside.filter((record) => !ownsIt(environment, record))
  const ours = beside.length > 0 && foreign.length === 0
  const at = found.filter((record) => record.name === host)
  const inTheWay = ours ? at.filter(({ type }) => type === 'CNAME' || type === 'NS') : at
  return [...foreign, ...inTheWay].map((record) => ({ host, record, owner: ownerOf(record) }))
}

export const ownershipAt = (host: string, found: readonly RecordSet[]): RecordSet | undefined =>
  found.find(({ name, type }) => name === ownerRecordOf(host) && type === 'TXT')

const ownership = (host: string, line: string): RecordSet => ({
  name: ownerRecordOf(host),
  type: 'TXT',
  ttl: 60,
  values: [line],
})

/**
 * Target health is not evaluated: on a shared load balancer one broken preview, or an empty target group, would take the
 * names of all others out of DNS. AAAA is harmless where the load balancer has no IPv6: it answers with no address.
 */
const addresses = (name: string, target: Target): RecordSet[] =>
  ['A', 'AAAA'].map((type) => ({ name, type, alias: { ...target, evaluateTargetHealth: false } }))

const isAddress = ({ type }: RecordSet) => type === 'A' || type === 'AAAA'
const create = (record: RecordSet): Change => ({ action: 'CREATE', record })
const remove = (record: RecordSet): Change => ({ action: 'DELETE', record })
const upsert = (record: RecordSet): Change => ({ action: 'UPSERT', record })
const swap = (old: RecordSet, txt: RecordSet, records: RecordSet[]) => [
  remove(old),
  create(txt),
  ...records.map(upsert),
]

const merged = (decisions: Decision[]): Decision => ({
  changes: decisions.flatMap((each) => each.changes),
  conflicts: decisions.flatMap((each) => each.conflicts),
})
