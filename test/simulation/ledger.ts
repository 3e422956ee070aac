import { type Live, refOf, subject } from '../../src/cluster/cluster.ts'
import { isApplied, isOurs, keyOf } from '../../src/cluster/members.ts'
import { recordName } from '../../src/names.ts'
import type { Write } from './memory-server.ts'
import { environment, NAMESPACE } from './objects.ts'

export const RECORD = { apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACE, name: recordName(environment) }

/** One claim, in the order in which the record says so. */
export type Tenure = { at: number; actor: string }
/** Of a request: which run sent it, holding which claim. */
export type Sender = { actor: string; tenure: Tenure | undefined }

/** Follows every write, and knows which run was meant to be the one that writes. */
export type Ledger = {
  /** `sender` is `undefined` for controllers. */
  note(write: Write, sender: Sender | undefined): void
  /** How many writes to members by runs have changed something. */
  memberWrites(): number
  tenures: readonly Tenure[]
  senderOf(actor: string): Sender
  violations: string[]
}

export const ledger = (): Ledger => {
  const tenures: Tenure[] = []
  const violations: string[] = []
  const lastWriter = new Map<string, Tenure>()
  let life = ''
  let memberWrites = 0

  const noteClaim = (record: Live, actor: string): void => {
    const { generation } = JSON.parse(record.data?.record ?? '') as { generation: number }
    const next = `${record.metadata.uid} ${generation}`
    if (next !== life) tenures.push({ at: tenures.length, actor })
    life = next
  }

  const noteMember = (live: Live, { before, after }: Write, { actor, tenure }: Sender): void => {
    memberWrites += 1
    const text = `${actor} ${before ? (after ? 'changed' : 'deleted') : 'created'} ${subject(live)}`
    if (tenure === undefined) {
      violations.push(`${text} without a claim`)
      return
    }
    const last = before && lastWriter.get(before.metadata.uid)
    if (last && last.at > tenure.at) violations.push(`stale write: ${text} after ${last.actor} wrote it`)
    // What comes too late to be found by anybody has to be collected.
    const isMarked = isOurs(live, environment) && isApplied(live, environment, undefined)
    if (before === undefined && !isMarked) violations.push(`leak: ${text} without our marks`)
    lastWriter.set(live.metadata.uid, tenure)
  }

  return {
    tenures,
    violations,
    memberWrites: () => memberWrites,
    senderOf: (actor) => ({ actor, tenure: tenures.findLast((tenure) => tenure.actor === actor) }),
    note: (write, sender) => {
      const live = write.after ?? write.before
      if (live === undefined || sender === undefined) return
      if (keyOf(refOf(live)) !== keyOf(RECORD)) noteMember(live, write, sender)
      else if (write.after) noteClaim(write.after, sender.actor)
    },
  }
}
