import { isDeepStrictEqual } from 'node:util'
import { PreviewError, type Problem } from '../errors.ts'
import { GENERATION_ANNOTATION, labelsOf } from '../names.ts'
import { readOurs } from './before.ts'
import {
  ApiError,
  type Applied,
  type Cluster,
  isStatus,
  type KubeObject,
  type Live,
  type Ref,
  refOf,
  subject,
} from './cluster.ts'
import { isFieldConflict, takenBack } from './conflicts.ts'
import { hashOf } from './members.ts'
import { isJobFailed } from './readiness-workloads.ts'
import type { Claim, Run } from './record.ts'
import { anew, costOf, type Immutable, immutableIn, isReplaced, keptHeadless, whyKept } from './recreate.ts'

export type Wanted = { ref: Ref; subject: string; object: KubeObject; hash: string }

/** What shall be done to one object: decided on `before`, and good only as long as that is the live version. */
export type Plan = {
  wanted: Wanted
  before: Live | undefined
  act: 'nothing' | 'apply' | 'recreate'
  /** Take back fields that somebody set by hand. */
  force: boolean
  warnings: string[]
}

/**
 * No object ever has this resourceVersion: server-side apply creates what is absent, and answers 409 on anything that is
 * there. (`0` would be no precondition at all.)
 */
const NEVER = '1'

export const wantedOf = (object: KubeObject): Wanted => ({
  ref: refOf(object),
  subject: subject(object),
  object,
  hash: hashOf(object),
})

/** What is sent: as rendered, with our marks, for this version of the live object and no other. */
export const bodyOf = ({ object }: Wanted, before: Live | undefined, claim: Claim): KubeObject => {
  const { metadata } = object
  const stamp = stampOf(before, claim)
  // A cross-namespace owner counts as absent, and its members are collected at once.
  const isOwned = metadata.namespace === claim.ref.namespace
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...labelsOf(claim.environment) },
      ...(stamp === undefined ? {} : { annotations: { ...metadata.annotations, [GENERATION_ANNOTATION]: stamp } }),
      ...(isOwned ? { ownerReferences: [...(metadata.ownerReferences ?? []), claim.owner] } : {}),
      resourceVersion: before?.metadata.resourceVersion ?? NEVER,
    },
  }
}

/**
 * Which generation says that it wrote the object. One that is new enough stays: another would be a write that changes nothing.
 * What a late request of a former life has made counts the generations of that life.
 */
const stampOf = (before: Live | undefined, { uid, generation, fence = 0 }: Claim): string | undefined => {
  const stamp = before?.metadata.annotations?.[GENERATION_ANNOTATION]
  const [life, number] = stamp?.split('.') ?? []
  const last = life === uid ? Number(number) : 0
  if (last < fence) return `${uid}.${generation}`
  return last === 0 ? undefined : stamp
}

/** Lets the API server judge the object without storing it. Throws what it answers when it refuses. */
export const planOf = async (
  cluster: Cluster,
  claim: Claim,
  run: Run,
  wanted: Wanted,
  known: Live | undefined,
): Promise<Plan> => {
  let before = known
  for (let tries = 1; ; tries += 1) {
    if (before === undefined && wasFinished(claim, wanted))
      return { wanted, before, act: 'nothing', force: false, warnings: [] }
    try {
      return await judged(cluster, claim, run, wanted, before)
    } catch (error) {
      if (!mayBeStale(error, tries)) throw error
      before = await readOurs(cluster, claim.environment, wanted.ref)
    }
  }
}

const judged = async (
  cluster: Cluster,
  claim: Claim,
  run: Run,
  wanted: Wanted,
  before: Live | undefined,
): Promise<Plan> => {
  const body = bodyOf(wanted, before, claim)
  const answer = await rehearse(cluster, body, before, run).catch((error: unknown): Unchangeable => {
    const immutable = before && immutableIn(error, body, before)
    if (before === undefined || immutable === undefined) throw error
    return { before, ...immutable }
  })
  if ('fields' in answer) return remade(cluster, claim, run, wanted, answer)
  const headless = before && keptHeadless(body, before)
  if (before !== undefined && headless) return remade(cluster, claim, run, wanted, { before, ...headless })
  const isTriedAgain =
    before !== undefined &&
    isJobFailed(before) &&
    whyKept(wanted.object, before, claim.environment, claim.record.ownNamespace) === undefined
  const isMadeAnew = isTriedAgain || before?.metadata.deletionTimestamp !== undefined
  const act = isDeepStrictEqual(answer.live, before) ? 'nothing' : 'apply'
  const { force, warnings } = answer
  return { wanted, before, act: isMadeAnew ? 'recreate' : act, force, warnings }
}

type Unchangeable = Immutable & { before: Live }

/** It cannot be changed in place: deleted and made anew, if it may be deleted, and if it can be made. */
const remade = async (
  cluster: Cluster,
  claim: Claim,
  { say }: Run,
  wanted: Wanted,
  { before, fields, said }: Unchangeable,
): Promise<Plan> => {
  const what = `${wanted.subject}: ${fields.join(', ')} cannot be changed (${said})`
  const kept = whyKept(wanted.object, before, claim.environment, claim.record.ownNamespace)
  if (kept !== undefined)
    throw new PreviewError('Rejected', `${what}, and it is not deleted to be made anew: ${kept.message}`, {
      object: wanted.subject,
      hint: kept.hint,
    })
  const { warnings } = await rehearseAnew(cluster, bodyOf(wanted, undefined, claim), wanted, before)
  const cost = costOf(before)
  if (cost !== undefined) say.warning(`${what}, so it is deleted and made anew: ${cost}`)
  return { wanted, before, act: 'recreate', force: false, warnings }
}

/** A Job that is gone did its work when its body is the one the record remembers (`ttlSecondsAfterFinished`). */
const wasFinished = ({ record }: Claim, { ref, hash }: Wanted): boolean =>
  ref.kind === 'Job' &&
  record.members.some(({ k, ns, n, h }) => k === 'Job' && ns === ref.namespace && n === ref.name && h === hash)

const rehearse = async (
  cluster: Cluster,
  body: KubeObject,
  before: Live | undefined,
  { say }: Run,
): Promise<Applied & { force: boolean }> => {
  try {
    return { ...(await cluster.apply(body, { dryRun: true, force: false })), force: false }
  } catch (error) {
    // The server speaks of fields before it looks at the version: without a before-image somebody took the name.
    if (before === undefined || !isFieldConflict(error)) throw error
    say.warning(`${subject(body)}: ${takenBack(error, before)} set by somebody else; the manifest wins`)
    return { ...(await cluster.apply(body, { dryRun: true, force: true })), force: true }
  }
}

/** The same body under a name nobody has: is it the update that is refused, or the object? */
const rehearseAnew = async (cluster: Cluster, body: KubeObject, wanted: Wanted, before: Live): Promise<Applied> => {
  const name = `eks-preview-${wanted.hash.slice(0, 12)}`
  try {
    return await cluster.apply(anew(body, name, before), { dryRun: true, force: false })
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause
    const { status, reason, message, causes } = cause
    throw new ApiError(status, reason, message.replaceAll(name, wanted.ref.name), { causes, cause })
  }
}

/** Somebody who changes an object faster than we can read it, or a webhook that likes this status, is not waited for. */
const TRIES = 10

/** The live object is not the one that was named: to be read and decided on again. */
export const mayBeStale = (error: unknown, tries: number): boolean =>
  (isStatus(error, 409) || isReplaced(error)) && tries < TRIES

const REFUSED = [400, 403, 404, 409, 413, 415, 422]
/** Server-side apply answers 500 to a field the kind does not have. */
const UNKNOWN_FIELD = /^failed to create typed patch object/

/** What is wrong with one object's manifest, or with our rights to it; `undefined` when the error is about something else. */
export const problemIn = ({ subject }: Wanted, error: unknown): Problem | undefined => {
  if (error instanceof ApiError && (REFUSED.includes(error.status) || UNKNOWN_FIELD.test(error.message)))
    return { message: `${subject}: ${error.message}` }
  const isItsOwn = error instanceof PreviewError && (error.code !== 'Rejected' || error.object === subject)
  if (isItsOwn && ['AccessDenied', 'OwnedByOther', 'Rejected'].includes(error.code))
    return { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
  return undefined
}
