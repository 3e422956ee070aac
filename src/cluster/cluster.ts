import { PreviewError } from '../errors.ts'

/** The Kubernetes API, with just the verbs we use. Objects are raw JSON: nothing is dropped on the way in or out. */

export type Kind = { apiVersion: string; kind: string }
export type Ref = Kind & { namespace?: string; name: string }

export type OwnerReference = { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }
export type Metadata = {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  finalizers?: string[]
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
}
export type KubeObject = Kind & {
  metadata: Metadata
  spec?: unknown
  status?: unknown
  data?: Record<string, string>
} & Record<string, unknown>
/** An object as the server returned it. */
export type Live = KubeObject & { metadata: Metadata & { uid: string; resourceVersion: string } }

/** Some objects of one kind. */
export type Selection = Kind & { namespace: string; labelSelector?: string | undefined }
/** `resourceVersion`: what a watch goes on from; absent for a kind that is not served. */
export type Snapshot = { items: Live[]; resourceVersion?: string }
/** A bookmark's object has nothing but a resourceVersion. */
export type WatchEvent = { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: Live }

export type Applied = { live: Live; warnings: string[] }

/** `why`: what an authorizer said, when it said more than no. */
export type Denial = { user: string; verb: string; group: string; resource: string; namespace?: string; why?: string }

export type Cluster = {
  /** `undefined` when absent. */
  get(ref: Ref): Promise<Live | undefined>
  /** All pages. An unknown kind is an empty list. */
  list(kind: Kind, namespace: string, labelSelector?: string): Promise<Live[]>
  /** The same, with the version that it shows. `signal` ends this request alone. */
  snapshot(selection: Selection, signal?: AbortSignal): Promise<Snapshot>
  /**
   * What changes after that version. Ends when the server ends it, and when the connection breaks or falls silent: who wants to
   * know more watches again from the last version seen. Throws `ApiError` 410 when the server no longer knows that version.
   */
  watch(selection: Selection & { resourceVersion: string }, signal: AbortSignal): AsyncIterable<WatchEvent>
  create(object: KubeObject): Promise<Live>
  /** Replaces the object whose resourceVersion it carries; `ApiError` 409 when that is not the live one. */
  replace(object: KubeObject): Promise<Live>
  /**
   * Server-side apply as field manager `eks-preview`, strict. A body with `metadata.resourceVersion` applies only to that version.
   * On an absent object such a body creates it; on an existing one that it does not match it answers 409.
   */
  apply(object: KubeObject, options: { dryRun: boolean; force: boolean }): Promise<Applied>
  /** With preconditions; `changed` when they no longer hold, `absent` when there is nothing (any more). */
  delete(ref: Ref, preconditions: { uid: string; resourceVersion?: string }): Promise<'deleted' | 'absent' | 'changed'>
  /**
   * Which right the authorizers say is missing for a verb on a kind; `undefined` when it is there, and when they do not tell.
   */
  denied(verb: string, kind: Kind & { namespace?: string }): Promise<Denial | undefined>
  /** The last lines of a container's log; `undefined` when the kubelet cannot give them. */
  logs(pod: {
    namespace: string
    name: string
    container: string
    previous: boolean
    lines: number
  }): Promise<string | undefined>
  /** Requests sent and bytes moved so far. */
  traffic(): { requests: number; writes: number; bytes: number }
  close(): Promise<void>
}

/** What the API server answered when it did not do as asked. Who knows better what it means says it in words of its own. */
export class ApiError extends PreviewError {
  override name = 'ApiError'
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** Kubernetes' machine-readable word: `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden` … */
  readonly reason: string
  /** `Status.details.causes`: which field, why. */
  readonly causes: readonly { reason?: string; message?: string; field?: string }[]

  constructor(
    status: number,
    reason: string,
    message: string,
    options: { causes?: ApiError['causes']; cause?: unknown } = {},
  ) {
    const isTransient = status === 0 || status === 429 || status >= 500
    super(isTransient ? 'Unavailable' : 'Rejected', message, {
      hint: isTransient
        ? 'the API server did not answer well within its retries: run the job again, it goes on where this one stopped'
        : 'see what the API server said, and run the job again when that is corrected',
      cause: options.cause,
    })
    this.status = status
    this.reason = reason
    this.causes = options.causes ?? []
  }
}

export const isStatus = (error: unknown, ...statuses: number[]): error is ApiError =>
  error instanceof ApiError && statuses.includes(error.status)

/** `Kind/namespace/name`, the subject of every message. */
export const subject = (object: { kind: string; namespace?: string; name?: string; metadata?: Metadata }): string =>
  [object.kind, object.namespace ?? object.metadata?.namespace, object.name ?? object.metadata?.name]
    .filter((part) => part !== undefined)
    .join('/')

export const refOf = ({ apiVersion, kind, metadata }: KubeObject): Ref => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
})
