import { PreviewError } from '../errors.ts'
import { pause } from '../poll.ts'

const TIMEOUT = 10_000
const TRIES = 3
const LONGEST_WAIT = 30_000

export type Post = { headers: Record<string, string>; body: unknown; signal: AbortSignal }
export type Answer = { status: number; text: string }

/**
 * An address of Slack's, or of the server the install names instead of it. Without the address in the message: a
 * webhook's path is its password.
 */
export const slackAddress = (address: string, host: string, apiUrl: string | undefined): URL => {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const allowed = apiUrl === undefined ? `https://${host}` : new URL(apiUrl).origin
  if (url?.origin === allowed) return url
  throw new PreviewError('BadInput', `the Slack address does not begin with ${allowed}/`, {
    hint: 'check slack-webhook-url; for a server of your own set slack-api-url as well',
  })
}

/** Tries again on 429, 5xx and a lost connection, as long as Slack asks for no more than 30 s of patience. */
export const postToSlack = async (url: URL, post: Post): Promise<Answer> => {
  for (let attempt = 1; ; attempt++) {
    const end = await once(url, post)
    if (end.status < 500 && end.status !== 429 && end.status !== 0) return end
    const wait = end.wait ?? 1_000 * attempt
    if (attempt === TRIES || wait > LONGEST_WAIT) throw unavailable(end, wait, attempt)
    await pause(wait, post.signal, 'Slack')
  }
}

type End = Answer & { wait?: number }

/** Status 0 when there was no answer; `text` then says why. Redirects are answers: the next host was never allowed. */
const once = async (url: URL, { headers, body, signal }: Post): Promise<End> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    })
    const wait = Number(response.headers.get('retry-after') ?? Number.NaN) * 1_000
    const text = await response.text()
    return { status: response.status, text, ...(Number.isFinite(wait) ? { wait } : {}) }
  } catch (error) {
    return { status: 0, text: withoutAddress(error) }
  }
}

/** The error's code alone: messages and causes of a failed request may quote its address. */
const withoutAddress = (error: unknown): string => {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } }
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT / 1_000} s`
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed'
}

const unavailable = ({ status, text }: Answer, wait: number, attempt: number): PreviewError => {
  const asked = wait > LONGEST_WAIT ? `, asking for ${Math.round(wait / 1_000)} s of patience` : ''
  const what = status === 0 ? text : `it answered ${status}${asked}`
  return new PreviewError('Unavailable', `Slack did not take the message: ${what} (try ${attempt} of ${TRIES})`)
}
