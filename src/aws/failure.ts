import { PreviewError } from '../errors.ts'

type Call = {
  /** The IAM action, `route53:GetChange`: what was called and what the role must be allowed. */
  action: string
  /** What it was called on: a zone's id, an ARN. */
  object: string
  /** What else may be wrong where the role is denied: least privilege cannot tell a wrong name from a missing right. */
  check?: string
  signal?: AbortSignal
}

const DENIED = /^(AccessDenied|AccessDeniedException|NotAuthorizedException|UnauthorizedOperation)$/
const CREDENTIALS =
  /^(ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException|MissingAuthenticationToken|CredentialsProviderError)$/
const BUSY = /^(Throttling|ThrottlingException|TooManyRequestsException|PriorRequestNotComplete|TimeoutError)$/

/** An error of the SDK, after its retries, in words a person can act on. AWS' own text stays in the cause. */
export const awsFailure = (cause: unknown, { action, object, check, signal }: Call): PreviewError => {
  // The credentials provider's own, which says more than we could.
  if (cause instanceof PreviewError) return cause
  const { name, message, status } = partsOf(cause)
  if (signal?.aborted)
    return new PreviewError('Cancelled', `cancelled during ${action} on ${object}`, { object, cause })
  if (CREDENTIALS.test(name))
    return new PreviewError('AccessDenied', `AWS did not accept the credentials for ${action} on ${object} (${name})`, {
      object,
      cause,
      hint: name.startsWith('ExpiredToken')
        ? 'the session has ended: use role-to-assume, which renews it, or raise role-duration-seconds where the workflow gets its credentials'
        : 'check role-to-assume and its trust policy, or the credentials of the workflow',
    })
  if (DENIED.test(name) || status === 403)
    return new PreviewError('AccessDenied', `AWS refused ${action} on ${object}`, {
      object,
      cause,
      hint: `${check === undefined ? '' : `${check} `}allow ${action} on ${object} in the policy of the role that the action runs as`,
    })
  if (BUSY.test(name) || status === undefined || status === 429 || status >= 500)
    return new PreviewError('Unavailable', `${action} on ${object} got no good answer within its retries: ${name}`, {
      object,
      cause,
      hint: 'run the job again; if it stays, see the AWS Health Dashboard',
    })
  return new PreviewError('Rejected', `AWS rejected ${action} on ${object}: ${name}: ${message}`, { object, cause })
}

const partsOf = (error: unknown) => {
  const { name, message, $metadata } = error as {
    name?: string
    message?: string
    $metadata?: { httpStatusCode?: number }
  }
  return { name: name ?? 'Error', message: message ?? String(error), status: $metadata?.httpStatusCode }
}
