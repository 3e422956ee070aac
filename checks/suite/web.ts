import { record } from './recording.ts'
import type { Visitor } from './visitor.ts'

const BODY_LIMIT = 1_048_576
const TIMEOUT_MS = 10_000
const REDIRECT_LIMIT = 3
const USER_AGENT = 'eks-preview-checks/1'

/** `said` names the request to people: its path, and where redirects led it. */
export type Answer = { said: string; status: number; headers: Headers; text: string }

export type Asking = {
  /** Default: GET. */
  method?: string
  headers?: Record<string, string>
  body?: string | FormData | URLSearchParams
  /** Whose cookies and token are sent, and who keeps those that come back. */
  visitor?: Visitor
  /** Whether redirects inside the domain are followed. Default: true. */
  follow?: boolean
  /** Default: 10 s. */
  limitMs?: number
}

/**
 * The checks run inside the VPC and the addresses come from a pull request: only hosts of the install's own domain
 * are asked, or the metadata service and every neighbour could be.
 * @throws Error saying why the URL is refused
 */
export const allowedUrl = (address: string, domain: string): URL => {
  const url = URL.parse(address)
  if (url === null) throw new Error(`${address} is not a URL`)
  const refuse = (why: string): never => {
    throw new Error(`${url.origin}${url.pathname} was not asked: ${why}`)
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse('only http and https are')
  if (url.username || url.password) refuse('it carries a user name or password')
  if (url.hostname !== domain && !url.hostname.endsWith(`.${domain}`)) refuse(`its host is not below ${domain}`)
  return url
}

/** One request, redirects inside the domain followed. @throws Error saying what was asked and why there was no usable answer */
export const ask = async (address: string, domain: string, asking: Asking = {}): Promise<Answer> => {
  const limit = Math.min(asking.limitMs ?? TIMEOUT_MS, TIMEOUT_MS)
  const signal = AbortSignal.timeout(Math.max(1, limit))
  let url = allowedUrl(address, domain)
  let sent: Asking = { ...asking, method: asking.method ?? 'GET' }
  let said = `${sent.method} ${url.pathname}${url.search}`
  for (let hop = 0; hop <= REDIRECT_LIMIT; hop++) {
    const answer = await once(url, sent, said, { signal, limit })
    const location = answer.headers.get('location')
    const isRedirect = answer.status > 299 && answer.status < 400 && location !== null
    if (!isRedirect || asking.follow === false) return answer
    const next = allowedUrl(new URL(location, url).href, domain)
    sent = redirected(sent, answer.status, next.host === url.host)
    url = next
    said += `, redirected to ${url.href},`
  }
  throw new Error(`${said} was redirected more than ${REDIRECT_LIMIT} times`)
}

/** As browsers do: only 307 and 308 ask the same again, and what is for one host goes to no other. */
const redirected = (sent: Asking, status: number, isSameHost: boolean): Asking => {
  const { body, headers = {}, method = 'GET', ...rest } = sent
  const kept = Object.entries(headers).filter(
    ([name]) => isSameHost || !/^(authorization|cookie)$|secret|token|key/i.test(name),
  )
  const again = { ...rest, headers: Object.fromEntries(kept), method }
  if (status === 307 || status === 308 || method === 'GET') return { ...again, ...(body !== undefined && { body }) }
  const typeless = Object.entries(again.headers).filter(([name]) => name.toLowerCase() !== 'content-type')
  return { ...again, method: 'GET', headers: Object.fromEntries(typeless) }
}

type Limits = { signal: AbortSignal; limit: number }

const once = async (url: URL, sent: Asking, said: string, { signal, limit }: Limits): Promise<Answer> => {
  const { body, method = 'GET', visitor } = sent
  const own = visitor?.headersFor(url) ?? {}
  const headers = { 'user-agent': USER_AGENT, ...own, ...sent.headers }
  const began = performance.now()
  const told = {
    method,
    url: url.href,
    headers,
    ...(body !== undefined && { body: bodyText(body) }),
  }
  let response: Response | undefined
  try {
    response = await fetch(url, { method, redirect: 'manual', signal, headers, ...(body !== undefined && { body }) })
    visitor?.keep(url, response.headers)
    const text = await bodyOf(response)
    const { headers: answered, status } = response
    record({ ...told, status, answer: { headers: answered, body: text }, ms: since(began) })
    return { said, status, headers: answered, text }
  } catch (cause) {
    const why = cause instanceof TooLong ? cause.message : `${got(response)}: ${reason(cause, limit)}`
    record({ ...told, ...(response && { status: response.status }), problem: why, ms: since(began) })
    throw new Error(`${said} ${why}`, { cause })
  }
}

const got = (response: Response | undefined): string =>
  response === undefined ? 'got no answer' : `answered ${response.status}, then broke off`

const since = (began: number): number => Math.round(performance.now() - began)

const bodyText = (body: NonNullable<Asking['body']>): string => {
  if (typeof body === 'string') return body
  if (body instanceof URLSearchParams) return body.toString()
  return [...body]
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : `(file ${value.name})`}`)
    .join('\n')
}

class TooLong extends Error {}

const bodyOf = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > BODY_LIMIT) throw new TooLong(`answered more than ${BODY_LIMIT / 1_048_576} MB`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed by the other side',
  ENOTFOUND: 'the name is not in DNS',
  EAI_AGAIN: 'DNS did not answer',
  UND_ERR_SOCKET: 'connection closed by the other side',
  CERT_HAS_EXPIRED: 'the certificate has expired',
}

/** fetch says only "fetch failed"; the cause below says what happened. */
const reason = (error: unknown, limit: number): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `nothing within ${Math.round(limit / 100) / 10} s`
  const cause = error.cause instanceof Error ? error.cause : error
  const code = 'code' in cause ? String(cause.code) : ''
  return REASONS[code] ?? (cause.message || code || error.message)
}
