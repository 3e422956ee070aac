import { isDeepStrictEqual } from 'node:util'
import { PreviewError, type Problem } from '../errors.ts'
import { poll } from '../poll.ts'
import { beforeImage, readOurs } from './before.ts'
import { ApiError, type Cluster, type KubeObject, type Live, type Ref } from './cluster.ts'
import { type Sources, Unready } from './diagnose.ts'
import { completed, sideBySide } from './gate.ts'
import { keyOf, memberOf, union } from './members.ts'
import { hasOwnNamespace, openNamespace } from './namespace.ts'
import { parallel } from './parallel.ts'
import { bodyOf, mayBeStale, type Plan, planOf, problemIn, type Wanted, wantedOf } from './plan.ts'
import { checkRights } from './preflight.ts'
import { isJobComplete } from './readiness-workloads.ts'
import type { Claim, Run } from './record.ts'
import type { Member } from './record-state.ts'
import { withoutScaledReplicas } from './scaled.ts'
import { applyStages } from './stages.ts'

export type Change = {
  /** `Kind/namespace/name` */
  subject: string
  ref: Ref
  action: 'created' | 'configured' | 'unchanged'
  /** Its spec is not the one from before: a workload gets new pods. */
  rolled: boolean
  /** Empty without a live object. */
  uid: string
  generation: number
  /** Absent for a Job that is known to have done its work: it may be collected at any time. */
  live: Live | undefined
  warnings: string[]
  /** Of the manifest. */
  hash: string
}
export type ChangeSet = Change[]

const CONCURRENCY = 8
/** A load balancer's finalizer, a pod's grace period. */
const DELETED_WITHIN = 5 * 60_000
const POD = { apiVersion: 'v1', kind: 'Pod' }

/**
 * Applies everything, or, when the API server refuses any of it in a dry run, nothing. Every write names the resourceVersion
 * it was decided on and comes after a look at the record, so nothing of an older run lands on a newer one's.
 */
export const applyAll = async (
  cluster: Cluster,
  claim: Claim,
  objects: readonly KubeObject[],
  /** `timeout`: milliseconds that each app's migrations may take. */
  run: Run & { timeout: number; sources?: Sources },
): Promise<ChangeSet> => {
  if (hasOwnNamespace(claim)) await openNamespace(cluster, claim, run)
  await checkRights(cluster, claim, objects)
  const before = await beforeImage(cluster, claim, objects)
  const wanted = withoutScaledReplicas(objects).map(wantedOf)
  const plans = await rehearseAll(cluster, claim, run, wanted, before)
  await writeAhead(claim, plans)
  const sent = new Map<string, Change>()
  const note = (change: Change) => void sent.set(keyOf(change.ref), change)
  const send = (some: readonly Plan[]): Promise<ChangeSet> =>
    parallel(some, CONCURRENCY, async (plan) => {
      const change = await carryOut(cluster, claim, run, plan)
      note(change)
      return change
    })
  const members = () => union(claim.record.members, [...sent.values()].map(begun))
  const { configuration, tracks } = applyStages(plans, ({ wanted }) => wanted.object)
  try {
    await send(configuration)
    await sideBySide(tracks, run.signal, async ({ migrations, rest }, signal) => {
      const jobs = await completed(cluster, claim, await send(migrations), { ...run, signal })
      jobs.forEach(note)
      await send(rest)
    })
  } catch (error) {
    // Another app's migration may be complete: it must not run again. Throws when a newer run is why this one is not.
    if (error instanceof Unready) {
      await claim.update({ members: members() })
      error.applied = [...sent.values()]
    }
    throw error
  }
  await claim.update({ phase: 'Waiting', members: members() })
  return plans.flatMap(({ wanted }) => sent.get(keyOf(wanted.ref)) ?? [])
}

/** As the record remembers what was applied and is ready. */
export const memberOfChange = ({ ref, uid, hash }: Change): Member =>
  memberOf(ref, uid === '' ? { hash } : { uid, hash })

/** A Job is remembered as done only when it is. */
const begun = (change: Change): Member => {
  const isRunning = change.ref.kind === 'Job' && change.live !== undefined && !isJobComplete(change.live)
  return isRunning ? memberOf(change.ref, { uid: change.uid }) : memberOfChange(change)
}

const rehearseAll = async (
  cluster: Cluster,
  claim: Claim,
  run: Run,
  wanted: readonly Wanted[],
  before: ReadonlyMap<string, Live>,
): Promise<Plan[]> => {
  const refused: { problem: Problem; cause: unknown }[] = []
  const plans = await parallel(wanted, CONCURRENCY, async (one) => {
    try {
      return await planOf(cluster, claim, run, one, before.get(keyOf(one.ref)))
    } catch (cause) {
      const problem = problemIn(one, cause)
      if (problem === undefined) throw cause
      refused.push({ problem, cause })
      return undefined
    }
  })
  if (refused.length > 0) throw refusal(refused)
  return plans.filter((plan) => plan !== undefined)
}

const refusal = (refused: readonly { problem: Problem; cause: unknown }[]): PreviewError => {
  const codes = new Set(
    refused.map(({ cause }) =>
      cause instanceof PreviewError && !(cause instanceof ApiError) ? cause.code : 'Rejected',
    ),
  )
  const [code = 'Rejected'] = codes.size === 1 ? codes : []
  const [first] = refused
  const said = refused.length === 1 ? first?.problem.message : `${refused.length} objects were refused`
  return new PreviewError(code, `nothing was applied: ${said}`, {
    problems: refused.map(({ problem }) => problem),
    hint: first?.problem.hint ?? 'correct the manifests; the API server was asked before anything was changed',
    cause: first?.cause,
  })
}

/**
 * What is about to be created is in the record first, so that whatever happens to this run it is found again. It is also the
 * look at the record that every write needs between reading and writing.
 */
const writeAhead = async (claim: Claim, plans: readonly Plan[]): Promise<void> => {
  // Without their hashes: a Job that is deleted to be made anew must not count as done.
  const made = plans.filter(({ act, before }) => act === 'recreate' || (act === 'apply' && before === undefined))
  if (made.length === 0) return claim.confirm()
  const ahead = made.map(({ wanted }) => memberOf(wanted.ref))
  return claim.update({ members: union(claim.record.members, ahead) })
}

const carryOut = async (cluster: Cluster, claim: Claim, run: Run, first: Plan): Promise<Change> => {
  let plan = first
  for (let tries = 1; ; tries += 1) {
    const done = await attempt(cluster, claim, run, plan).catch((error: unknown) => {
      if (!mayBeStale(error, tries)) throw error
    })
    if (done !== undefined) {
      if (done.action !== 'unchanged') run.say.info(`${done.subject} ${done.action}`)
      for (const text of done.warnings) run.say.warning(`${done.subject}: ${text}`)
      return done
    }
    plan = await planAnew(cluster, claim, run, first.wanted)
  }
}

const planAnew = async (cluster: Cluster, claim: Claim, run: Run, wanted: Wanted): Promise<Plan> => {
  const plan = await planOf(cluster, claim, run, wanted, await readOurs(cluster, claim.environment, wanted.ref))
  await claim.confirm()
  return plan
}

/** `undefined`, or a 409, when the live object is not the one the plan was made for. */
const attempt = async (cluster: Cluster, claim: Claim, run: Run, plan: Plan): Promise<Change | undefined> => {
  const { wanted, before, force } = plan
  if (plan.act === 'nothing') return changeOf(plan, before, 'unchanged')
  if (plan.act === 'recreate' && before !== undefined) {
    if (!(await deleted(cluster, before, wanted, run))) return undefined
    await claim.confirm()
    return attempt(cluster, claim, run, { ...plan, before: undefined, act: 'apply' })
  }
  const { live } = await cluster.apply(bodyOf(wanted, before, claim), { dryRun: false, force })
  return changeOf(plan, live, before === undefined ? 'created' : 'configured')
}

/** Until its pods are gone too: two versions of a migration must not run at once. */
const deleted = async (cluster: Cluster, before: Live, { ref, subject }: Wanted, run: Run): Promise<boolean> => {
  const { uid, resourceVersion } = before.metadata
  if ((await cluster.delete(ref, { uid, resourceVersion })) === 'changed') return false
  run.say.info(`${subject} deleted, to be made anew`)
  const what = `${subject} and its pods to be gone`
  await poll({ what, every: 200, timeout: DELETED_WITHIN, signal: run.signal }, async () => {
    if ((await cluster.get(ref))?.metadata.uid === uid) return undefined
    const pods = await cluster.list(POD, ref.namespace ?? '', `batch.kubernetes.io/controller-uid=${uid}`)
    return pods.length === 0 ? true : undefined
  })
  return true
}

const changeOf = ({ wanted, before, warnings }: Plan, live: Live | undefined, action: Change['action']): Change => ({
  subject: wanted.subject,
  ref: wanted.ref,
  action,
  rolled: action !== 'unchanged' && !isDeepStrictEqual(before?.spec, live?.spec),
  uid: live?.metadata.uid ?? '',
  generation: live?.metadata.generation ?? 0,
  live,
  warnings,
  hash: wanted.hash,
})
