export type ErrorCode =
  | 'BadInput' // inputs, install settings or .github/preview.yaml are wrong
  | 'RenderFailed' // kustomize refused, or what it made is not allowed
  | 'OwnedByOther' // an object, a host or a DNS record belongs to somebody else
  | 'AccessDenied' // 401, 403, AccessDenied
  | 'NotFound' // the cluster, the zone, the state machine
  | 'Rejected' // the API server or AWS refused what we sent
  | 'RolloutFailed' // applied, but it does not become ready
  | 'Unanswered' // ready, but the URL does not answer from this commit
  | 'PoolFull' // no database became free in time
  | 'SmokeFailed'
  | 'Superseded' // a newer run, or the pull request's closing, took over
  | 'TimedOut'
  | 'Cancelled'
  | 'Unavailable' // a service did not answer within its retries

/** One thing that is wrong, said so that a person can fix it. */
export type Problem = {
  /** What kind of thing it is, where that says more than the error's code. */
  title?: string
  message: string
  hint?: string
  /** Path in the repository, for annotations. */
  file?: string
  line?: number
}

type Details = {
  /** What to do next. */
  hint?: string
  /** `Kind/namespace/name`, a record name, an ARN: what the error is about. */
  object?: string
  problems?: Problem[]
  cause?: unknown
}

/** The only error a user is meant to read: what happened to which object, why, and what to do next. */
export class PreviewError extends Error {
  override name = 'PreviewError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly object: string | undefined
  readonly problems: readonly Problem[]
  /** The step's name; set once by the step that failed. */
  step: string | undefined

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.object = details.object
    this.problems = details.problems ?? []
  }
}

export const isCode = (error: unknown, ...codes: ErrorCode[]): error is PreviewError =>
  error instanceof PreviewError && codes.includes(error.code)

/** Every message from the error down to its first cause, without repeating one. */
export const causeChain = (error: unknown): string[] => {
  const messages: string[] = []
  for (let at = error; at !== undefined && at !== null; at = (at as { cause?: unknown }).cause) {
    const message = at instanceof Error ? at.message : String(at)
    if (!messages.includes(message)) messages.push(message)
    if (messages.length === 8) break // a cause may point back at itself
  }
  return messages
}
