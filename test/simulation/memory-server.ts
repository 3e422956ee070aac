import { isDeepStrictEqual } from 'node:util'
import { ApiError, type Kind, type KubeObject, type Live, type Ref, refOf, subject } from '../../src/cluster/cluster.ts'
import { groupOf, keyOf } from '../../src/cluster/members.ts'
import { applied } from './apply-patch.ts'

/**
 * The API server's store, in memory: each request is one synchronous step. What it does is what the real one was seen to do;
 * `contract.ts` holds both to it.
 */
export type MemoryServer = {
  get(ref: Ref): Live | undefined
  list(kind: Kind, namespace: string, labelSelector?: string): Live[]
  create(object: KubeObject): Live
  replace(object: KubeObject): Live
  apply(object: KubeObject, dryRun: boolean): Live
  delete(ref: Ref, preconditions: { uid: string; resourceVersion?: string }): 'deleted' | 'absent' | 'conflict'
  /** A controller's write: of what is there now, whatever its version. */
  change(ref: Ref, change: (live: Live) => KubeObject): void
  /** What the garbage collector finds when it looks. */
  orphans(): Live[]
  /** What it does some time later, unless the object has got other owners since. */
  collect(orphan: Live): void
  all(): Live[]
}

/** One that changed something; `after` is absent when the object is gone. */
export type Write = { before: Live | undefined; after: Live | undefined }

const TIME = '2026-01-01T00:00:00Z'

export const memoryServer = (onWrite: (write: Write) => void = () => undefined): MemoryServer => {
  const objects = new Map<string, Live>()
  let version = 1_000

  const find = (ref: Ref): Live | undefined => objects.get(keyOf(ref))

  const put = (before: Live | undefined, next: KubeObject, dryRun = false): Live => {
    const uid = before?.metadata.uid ?? `uid-${version}`
    const made = {
      ...next,
      metadata: {
        ...next.metadata,
        uid,
        creationTimestamp: TIME,
        resourceVersion: before?.metadata.resourceVersion ?? '',
        ...generationOf(before, next),
      },
    }
    if (isDeepStrictEqual(made, before)) return made
    if (dryRun) return made
    version += 1
    const after = frozen({ ...made, metadata: { ...made.metadata, resourceVersion: String(version) } })
    const isGone = after.metadata.deletionTimestamp !== undefined && !after.metadata.finalizers?.length
    if (isGone) objects.delete(keyOf(refOf(after)))
    else objects.set(keyOf(refOf(after)), after)
    onWrite({ before, after: isGone ? undefined : after })
    return after
  }

  const erase = (live: Live): void => {
    if (live.metadata.deletionTimestamp !== undefined) return
    put(live, { ...live, metadata: { ...live.metadata, deletionTimestamp: TIME } })
  }

  const isOrphan = ({ metadata: { ownerReferences = [], namespace, deletionTimestamp } }: Live): boolean =>
    ownerReferences.length > 0 &&
    deletionTimestamp === undefined &&
    ownerReferences.every(({ apiVersion, kind, name, uid }) => {
      const owner = find({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) })
      return owner?.metadata.uid !== uid
    })

  return {
    get: find,
    list: (kind, namespace, labelSelector) => {
      const [label = '', value] = labelSelector?.split('=') ?? []
      return [...objects.values()].filter(
        (live) =>
          live.kind === kind.kind &&
          live.apiVersion === kind.apiVersion &&
          live.metadata.namespace === namespace &&
          (labelSelector === undefined || hasLabel(live, label, value)),
      )
    },
    create: (object) => {
      if (find(refOf(object))) throw new ApiError(409, 'AlreadyExists', `${subject(object)} already exists`)
      return put(undefined, object)
    },
    replace: (object) => {
      const live = find(refOf(object))
      if (live === undefined) throw new ApiError(404, 'NotFound', `${subject(object)} not found`)
      const { uid, resourceVersion } = live.metadata
      if (object.metadata.resourceVersion !== resourceVersion || object.metadata.uid !== uid) throw conflict(object)
      return put(live, object)
    },
    apply: (object, dryRun) => {
      const live = find(refOf(object))
      const { uid, resourceVersion } = object.metadata
      if (uid !== undefined && uid !== live?.metadata.uid)
        throw live ? invalid(object, 'metadata.uid') : conflict(object)
      if (live && resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
        throw conflict(object)
      const next = applied(live, object)
      if (live?.kind === 'Job' && !isDeepStrictEqual(live.spec, next.spec)) throw invalid(object, 'spec.template')
      return put(live, next, dryRun)
    },
    delete: (ref, { uid, resourceVersion }) => {
      const live = find(ref)
      if (live === undefined) return 'absent'
      const isOther = resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion
      if (live.metadata.uid !== uid || isOther) return 'conflict'
      erase(live)
      return 'deleted'
    },
    change: (ref, change) => {
      const live = find(ref)
      if (live) put(live, change(live))
    },
    orphans: () => [...objects.values()].filter(isOrphan),
    collect: (orphan) => {
      const live = find(refOf(orphan))
      const isSame =
        live?.metadata.uid === orphan.metadata.uid &&
        isDeepStrictEqual(live.metadata.ownerReferences, orphan.metadata.ownerReferences)
      if (live && isSame) erase(live)
    },
    all: () => [...objects.values()],
  }
}

/** Without a value it only has to be there. */
const hasLabel = ({ metadata: { labels = {} } }: Live, label: string, value: string | undefined): boolean =>
  value === undefined ? label in labels : labels[label] === value

/** The core group's kinds that we use have none. */
const generationOf = (before: Live | undefined, next: KubeObject): { generation?: number } => {
  if (groupOf(next) === '' || next.spec === undefined) return {}
  const { generation = 0 } = before?.metadata ?? {}
  return { generation: isDeepStrictEqual(before?.spec, next.spec) ? generation : generation + 1 }
}

const conflict = (object: KubeObject): ApiError =>
  new ApiError(409, 'Conflict', `${subject(object)}: the object has been modified`)

const invalid = (object: KubeObject, field: string): ApiError => {
  const message = 'Invalid value: …: field is immutable'
  const causes = [{ reason: 'FieldValueInvalid', message, field }]
  return new ApiError(422, 'Invalid', `${subject(object)} is invalid: ${field}: ${message}`, { causes })
}

/** What was answered is the asker's to read and the server's to keep. */
const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}
