const BODY_LIMIT = 1_048_576
const TIMEOUT_MS = 10_000
const REDIRECT_LIMIT = 3

/** `said` names the request to people: its path, and where redirects led it. */
export type Answer = { said: string; status: number; headers: Headers; text: string }

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

/** One GET, redirects inside the domain followed. @throws Error saying what was asked and why there was no usable answer */
export const ask = async (address: string, domain: string): Promise<Answer> => {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  let url = allowedUrl(address, domain)
  let said = `GET ${url.pathname}${url.search}`
  for (let hop = 0; hop <= REDIRECT_LIMIT; hop++) {
    const response = await get(url, said, signal)
    const { headers, status } = response
    const location = headers.get('location')
    if (status < 300 || status > 399 || location === null) {
      return { said, status, headers, text: await body(response, said) }
    }
    await response.body?.cancel()
    url = allowedUrl(new URL(location, url).href, domain)
    said += `, redirected to ${url.href},`
  }
  throw new Error(`${said} was redirected more than ${REDIRECT_LIMIT} times`)
}

const get = async (url: URL, said: string, signal: AbortSignal): Promise<Response> => {
  try {
    return await fetch(url, { redirect: 'manual', signal, headers: { 'user-agent': 'eks-preview-checks/1' } })
  } catch (cause) {
    throw new Error(`${said} got no answer: ${reason(cause)}`, { cause })
  }
}

const body = async (response: Response, said: string): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength
      if (bytes > BODY_LIMIT) break
      text += decoder.decode(chunk, { stream: true })
    }
  } catch (cause) {
    throw new Error(`${said} answered ${response.status}, then broke off: ${reason(cause)}`, { cause })
  }
  if (bytes > BODY_LIMIT) throw new Error(`${said} answered more than ${BODY_LIMIT / 1_048_576} MB`)
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
const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`
  const cause = error.cause instanceof Error ? error.cause : error
  const code = 'code' in cause ? String(cause.code) : ''
  return REASONS[code] ?? (cause.message || code || error.message)
}
