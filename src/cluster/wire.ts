import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { PreviewError } from '../errors.ts'
import type { Connection } from './connection.ts'
import { warningsOf } from './warning-header.ts'

export type Request = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query, below the server's address. */
  path: string
  /** `Kind/namespace/name` or a path: the subject of errors. */
  what: string
  body?: unknown
  contentType?: string
  /** Milliseconds without a sign of an answer. */
  timeout: number
  /** It changes something in the cluster; a dry run does not. */
  writes?: boolean
}
export type Response = {
  status: number
  retryAfter: string | undefined
  warnings: string[]
  text: string
  /** Of a JSON body. */
  json: unknown
}
export type Broken = { code: string | undefined; cause: unknown }
export type Traffic = { requests: number; writes: number; bytes: number }

const CONNECTIONS = 16
const CONNECT_TIMEOUT = 10_000
/** Longer than the pauses between two looks at something that is awaited: a new connection costs two round trips. */
const KEEP_ALIVE = 30_000
/** What a cancelled run still waits for a write that is under way, so that it knows how it ended. */
const GRACE = 2_000

const unzipped = promisify(gunzip)

/** One attempt at a time and what it costs; whether to try again is decided above. */
export const wireTo = (connection: Connection, signal: AbortSignal) => {
  const agent = agentFor(connection)
  const { origin, pathname } = new URL(connection.server)
  const prefix = pathname.replace(/\/$/, '')
  const traffic: Traffic = { requests: 0, writes: 0, bytes: 0 }

  const exchange = async (request: Request, token: string | undefined, abort: AbortSignal): Promise<Response> => {
    const body = request.body === undefined ? null : JSON.stringify(request.body)
    traffic.requests += 1
    traffic.writes += request.writes ? 1 : 0
    traffic.bytes += body === null ? 0 : Buffer.byteLength(body)
    const answer = await agent.request({
      origin,
      path: prefix + request.path,
      method: request.method,
      headers: headersOf(request, token),
      body,
      // From when it is sent: waiting for a free connection is not the server's fault.
      headersTimeout: request.timeout,
      bodyTimeout: request.timeout,
      signal: abort,
    })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    traffic.bytes += bytes.length
    return responseOf(answer, bytes)
  }

  /** Throws only `Cancelled`. */
  const attempt = async (request: Request, token: string | undefined): Promise<Response | Broken> => {
    const abort = new AbortController()
    let grace: NodeJS.Timeout | undefined
    const cancel = () => {
      grace = setTimeout(() => abort.abort(), request.writes ? GRACE : 0)
    }
    signal.addEventListener('abort', cancel, { once: true })
    try {
      return await exchange(request, token, abort.signal)
    } catch (cause) {
      if (signal.aborted) throw cancelled(request, signal)
      return { code: (cause as { code?: string }).code, cause }
    } finally {
      clearTimeout(grace)
      signal.removeEventListener('abort', cancel)
    }
  }

  return { attempt, traffic: (): Traffic => ({ ...traffic }), close: (): Promise<void> => agent.destroy() }
}

export const cancelled = (request: Request, signal: AbortSignal): PreviewError =>
  new PreviewError('Cancelled', `cancelled at ${request.what}`, { object: request.what, cause: signal.reason })

const agentFor = ({ server, ca, cert, key, serverName, insecure }: Connection): Dispatcher => {
  const tls = {
    timeout: CONNECT_TIMEOUT,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(insecure ? { rejectUnauthorized: false } : {}),
  }
  const options = { connections: CONNECTIONS, allowH2: false, keepAliveTimeout: KEEP_ALIVE, connect: tls }
  // As kubectl does: HTTPS_PROXY and NO_PROXY, but never for this machine itself.
  const loopback = /^(localhost|127\..*|\[::1\])$/.test(new URL(server).hostname)
  return loopback ? new Agent(options) : new EnvHttpProxyAgent({ ...options, requestTls: tls })
}

const headersOf = ({ body, contentType }: Request, token: string | undefined): Record<string, string> => ({
  accept: 'application/json',
  'accept-encoding': 'gzip', // the API server compresses what is larger than 128 KiB
  'user-agent': 'eks-preview',
  ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
})

const responseOf = async ({ statusCode, headers }: Dispatcher.ResponseData, bytes: Buffer): Promise<Response> => {
  const text = (headers['content-encoding'] === 'gzip' ? await unzipped(bytes) : bytes).toString('utf8')
  const isJson = String(headers['content-type']).includes('json')
  return {
    status: statusCode,
    retryAfter: headers['retry-after']?.toString(),
    warnings: warningsOf(headers.warning),
    text,
    json: isJson ? parsed(text, statusCode) : undefined,
  }
}

/** Half a success must not pass for a whole one; of a failure the status says enough. */
const parsed = (text: string, status: number): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (status >= 400) return undefined
    throw Object.assign(new Error('the answer is not whole', { cause }), { code: 'EBADMSG' })
  }
}
