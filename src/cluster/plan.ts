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
import { hashOf } from './members.ts'
import { isJobFailed } from './readiness.ts'
import type { Claim, Run } from './record.ts'

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
  // An old stamp stays: taking it off would be a write that changes nothing.
  const stamp = claim.stamp ? String(claim.generation) : before?.metadata.annotations?.[GENERATION_ANNOTATION]
  // A cross-namespace owner counts as absent, and its members are collected at once.
  const isOwned = metadata.namespace === claim.namespace
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
    const plan = { wanted, before, force: false, warnings: [] }
    if (before === undefined && wasFinished(claim, wanted)) return { ...plan, act: 'nothing' }
    const body = bodyOf(wanted, before, claim)
    try {
      const { force, live, warnings } = await rehearse(cluster, body, before, run)
      const act = isDeepStrictEqual(live, before) ? 'nothing' : 'apply'
      return { ...plan, act: isJobFailed(before) ? 'recreate' : act, force, warnings }
    } catch (error) {
      if (before !== undefined && isImmutable(error) && RECREATED.has(wanted.ref.kind)) {
        const { warnings } = await rehearseAnew(cluster, body, wanted)
        return { ...plan, act: 'recreate', warnings }
      }
      if (!mayBeStale(error, tries)) throw error
      before = await readOurs(cluster, claim.environment, wanted.ref)
    }
  }
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
    const applier = appliersOf(before).find((manager) => error.message.includes(`conflict with "${manager}"`))
    if (applier !== undefined) throw managedBy(applier, body, error)
    say.warning(`${subject(body)}: ${error.message}; the manifest wins`)
    return { ...(await cluster.apply(body, { dryRun: true, force: true })), force: true }
  }
}

/** The same body under a name nobody has: is it the update that is refused, or the object? */
const rehearseAnew = (cluster: Cluster, body: KubeObject, { hash }: Wanted): Promise<Applied> => {
  const metadata = { ...body.metadata, name: `eks-preview-${hash.slice(0, 12)}`, resourceVersion: NEVER }
  return cluster.apply({ ...body, metadata }, { dryRun: true, force: false })
}

/** Recreating others loses data, addresses or running pods. */
const RECREATED = new Set(['Job'])

const isImmutable = (error: unknown): boolean => isStatus(error, 422) && error.message.includes('field is immutable')

const isFieldConflict = (error: unknown): error is ApiError =>
  isStatus(error, 409) && error.causes.some(({ reason }) => reason === 'FieldManagerConflict')

/** Somebody who changes an object faster than we can read it, or a webhook that likes this status, is not waited for. */
const TRIES = 10

/** The live object is not the version that was named: to be read and decided on again. */
export const mayBeStale = (error: unknown, tries: number): boolean => isStatus(error, 409) && tries < TRIES

/** Whoever declares the object by server-side apply, as we do; the others are people and controllers that set a field. */
const appliersOf = (live: Live | undefined): string[] => {
  const { managedFields = [] } = (live?.metadata ?? {}) as { managedFields?: { manager: string; operation: string }[] }
  return managedFields
    .filter(({ manager, operation }) => operation === 'Apply' && manager !== 'eks-preview')
    .map(({ manager }) => manager)
}

const managedBy = (applier: string, body: KubeObject, cause: ApiError): PreviewError =>
  new PreviewError('OwnedByOther', `${subject(body)} is also applied by ${applier}: ${cause.message}`, {
    object: subject(body),
    hint: `let ${applier} leave this namespace alone, or rename the object`,
    cause,
  })

const REFUSED = [400, 403, 404, 409, 413, 415, 422]
/** Server-side apply answers 500 to a field the kind does not have. */
const UNKNOWN_FIELD = /^failed to create typed patch object/

/** What is wrong with one object's manifest, or with our rights to it; `undefined` when the error is about something else. */
export const problemIn = ({ subject }: Wanted, error: unknown): Problem | undefined => {
  if (error instanceof ApiError && (REFUSED.includes(error.status) || UNKNOWN_FIELD.test(error.message)))
    return { message: `${subject}: ${error.message}` }
  if (error instanceof PreviewError && ['AccessDenied', 'OwnedByOther'].includes(error.code))
    return { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
  return undefined
}
