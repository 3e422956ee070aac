import type { ReceiptLine } from '../report/report.ts'
import { type Clearing, clear, EVERYTHING, STEPS } from './clearing.ts'
import { type Cluster, type Ref, refOf, subject } from './cluster.ts'
import { keyOf, refOfMember } from './members.ts'
import { closeNamespace, grantAccess, hasOwnNamespace, isEnding, ownNamespace } from './namespace.ts'
import { parallel } from './parallel.ts'
import type { Claim, Run } from './record.ts'
import { REMOVAL } from './stages.ts'

const CONCURRENCY = 8
/** A run that waits for this removal takes it over when the record has not changed for a minute. */
const SIGN_OF_LIFE = 15_000
const UNPROVEN = 'it has the labels of this preview, but is not ours by its owner: left'

/**
 * Takes everything of the environment away in a safe order, and looks again that it is gone. What only carries the labels is
 * left and said. At the time-out, or when something may not be deleted, it can be carried on by calling it again.
 */
export const remove = async (
  cluster: Cluster,
  claim: Claim,
  run: Run & { timeout: number },
): Promise<ReceiptLine[]> => {
  const seen: Seen = new Map()
  for (const member of claim.record.members) note(seen, refOfMember(member), member.uid)
  const clearing: Clearing = {
    cluster,
    claim,
    run,
    end: performance.now() + run.timeout,
    note: (live) => note(seen, refOf(live), live.metadata.uid),
    beat: signsOfLife(claim),
  }
  if (hasOwnNamespace(claim)) return removeInside(clearing, seen)
  for (const stage of REMOVAL) await clear(clearing, STEPS[stage])
  const unproven = await clear(clearing, EVERYTHING)
  for (const live of unproven) run.say.warning(`${subject(live)}: ${UNPROVEN}`)
  return [
    ...(await parallel([...seen.values()], CONCURRENCY, (one) => receipt(cluster, one))),
    ...unproven.map((live) => ({ subject: subject(live), gone: false, why: UNPROVEN })),
  ]
}

/** In a namespace of its own: once nothing outside hangs on what is in it, the rest goes with it. */
const removeInside = async (clearing: Clearing, seen: Seen): Promise<ReceiptLine[]> => {
  const { cluster, claim, run, end } = clearing
  const live = await ownNamespace(cluster, claim)
  if (live !== undefined && !isEnding(live)) {
    // Whoever made the namespace may have been killed before it had rights in it.
    await grantAccess(cluster, claim, run)
    for (const stage of REMOVAL.filter((stage) => stage !== 'rest')) await clear(clearing, STEPS[stage])
  }
  await closeNamespace(cluster, claim, { ...run, timeout: Math.max(0, end - performance.now()) })
  if (live !== undefined) note(seen, refOf(live), live.metadata.uid)
  return [...seen.values()].map(({ ref }) => ({ subject: subject(ref), gone: true }))
}

/** What was there, by key. */
type Seen = Map<string, { ref: Ref; uid: string }>

/** A member without a uid was about to be created; if that came to be, a sweep finds it. */
const note = (seen: Seen, ref: Ref, uid: string | undefined): void => {
  if (uid !== undefined) seen.set(keyOf(ref), { ref, uid })
}

const receipt = async (cluster: Cluster, { ref, uid }: { ref: Ref; uid: string }): Promise<ReceiptLine> => {
  const live = await cluster.get(ref)
  const gone = live?.metadata.uid !== uid
  return { subject: subject(ref), gone, ...(gone ? {} : { why: 'it is there, but no longer marked as ours' }) }
}

const signsOfLife = (claim: Claim) => {
  let next = performance.now() + SIGN_OF_LIFE
  return async (): Promise<void> => {
    if (performance.now() < next) return
    next = performance.now() + SIGN_OF_LIFE
    await claim.update({})
  }
}
