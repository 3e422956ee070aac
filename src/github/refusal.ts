import { PreviewError } from '../errors.ts'

type Response = { headers: Record<string, string | number | undefined> }
/** What Octokit throws; status 500 also when there was no answer at all. */
type Refusal = Error & { status: number; response?: Response }

const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && typeof (error as Partial<Refusal>).status === 'number'

export const isStatus = (error: unknown, ...statuses: number[]): boolean =>
  isRefusal(error) && statuses.includes(error.status)

/** The request may or may not have been carried out. */
export const isUnanswered = (error: unknown): boolean => isRefusal(error) && error.status >= 500

/** `what` completes "GitHub did not let us …". */
export const asking = async <T>(what: string, request: () => Promise<T>): Promise<T> => {
  try {
    return await request()
  } catch (error) {
    throw isRefusal(error) ? explained(what, error) : error
  }
}

const explained = (what: string, refusal: Refusal): PreviewError => {
  const { status, message: cause } = refusal
  const say = (code: ConstructorParameters<typeof PreviewError>[0], message: string, hint: string) =>
    new PreviewError(code, message, { hint, cause: refusal })
  if (isRateLimit(refusal))
    return say('Unavailable', `GitHub's rate limit is used up: could not ${what}`, `run it again ${resetOf(refusal)}`)
  if (status >= 500) return say('Unavailable', `GitHub did not answer: could not ${what}`, 'run it again')
  if (/\blocked\b/.test(cause))
    return say('Rejected', `the conversation is locked: could not ${what}`, 'unlock the conversation')
  if (status === 401)
    return say('AccessDenied', `GitHub does not know the token: could not ${what}`, 'check the input github-token')
  if (status === 403) return say('AccessDenied', `GitHub did not let us ${what}: ${cause}`, permissionHint(refusal))
  if (status === 404) return say('NotFound', `GitHub found nothing: could not ${what}`, permissionHint(refusal))
  return say('Rejected', `GitHub refused to ${what} (${status}): ${cause}`, 'see the message')
}

const isRateLimit = ({ status, message, response }: Refusal): boolean =>
  status === 429 ||
  (status === 403 && (String(response?.headers['x-ratelimit-remaining']) === '0' || /rate limit/i.test(message)))

const resetOf = ({ response }: Refusal): string => {
  const reset = Number(response?.headers['x-ratelimit-reset'])
  return reset > 0 ? `after ${new Date(reset * 1_000).toISOString()}` : 'in a few minutes'
}

/** GitHub names the permissions that would have been enough: `issues=write; pull_requests=write`, any one of them. */
const permissionHint = ({ response }: Refusal): string => {
  const accepted = response?.headers['x-accepted-github-permissions']
  if (typeof accepted !== 'string' || accepted === '')
    return "check the job's permissions: contents: read and pull-requests: write"
  const lines = accepted.split(';').map((one) => one.trim().replaceAll('_', '-').replaceAll('=', ': '))
  return `give the job's permissions one of: ${lines.join(' · ')}`
}
