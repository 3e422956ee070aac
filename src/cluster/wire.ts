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
  /** Ends this request alone; the run's own signal ends all. */
  signal?: AbortSignal
}
export type Response = {
  status: number
  retryAfter: string | undefined
  warnings: string[]
  text: string
  /** Of a JSON body. */
  json: unknown
}
/** `silence`: milliseconds without a byte after which the stream counts as broken. */
export type StreamRequest = Request & { silence: number }
/** A success has `lines` and no text: they come as they are said, and end however the connection ends. */
export type Opened = Response & { lines?: AsyncIterable<string> }
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
  const agent = agentFor(connection, CONNECTIONS)
  /** Of their own: streams last for minutes, and who asks something meanwhile must not wait for a connection. */
  const streams = agentFor(connection)
  const traffic: Traffic = { requests: 0, writes: 0, bytes: 0 }
  const ask = asking(connection.server, traffic)

  /** Throws only `Cancelled`. */
  const attempt = async (request: Request, token: string | undefined): Promise<Response | Broken> => {
    const ends = endOf(request, signal)
    const abort = new AbortController()
    let grace: NodeJS.Timeout | undefined
    const cancel = () => {
      grace = setTimeout(() => abort.abort(), request.writes ? GRACE : 0)
    }
    ends.addEventListener('abort', cancel, { once: true })
    try {
      // The API server compresses what is larger than 128 KiB.
      const by = { agent, signal: abort.signal, headers: { 'accept-encoding': 'gzip' } }
      return await responseOf(await ask(request, token, by), traffic)
    } catch (cause) {
      if (ends.aborted) throw cancelled(request, ends)
      return broken(cause)
    } finally {
      clearTimeout(grace)
      ends.removeEventListener('abort', cancel)
    }
  }

  /** Throws only `Cancelled`. */
  const open = async (request: StreamRequest, token: string | undefined): Promise<Opened | Broken> => {
    const ends = endOf(request, signal)
    try {
      const answer = await ask(request, token, { agent: streams, signal: ends, silence: request.silence })
      if (answer.statusCode !== 200) return await responseOf(answer, traffic)
      return { ...headOf(answer), text: '', json: undefined, lines: linesOf(answer.body, traffic) }
    } catch (cause) {
      if (ends.aborted) throw cancelled(request, ends)
      return broken(cause)
    }
  }

  const close = async (): Promise<void> => void (await Promise.all([agent.destroy(), streams.destroy()]))
  return { attempt, open, traffic: (): Traffic => ({ ...traffic }), close }
}

type By = { agent: Dispatcher; signal: AbortSignal; headers?: Record<string, string>; silence?: number }

const asking = (server: string, traffic: Traffic) => {
  const { origin, pathname } = new URL(server)
  const prefix = pathname.replace(/\/$/, '')
  return (request: Request, token: string | undefined, { agent, signal, headers, silence }: By) => {
    const body = request.body === undefined ? null : JSON.stringify(request.body)
    traffic.requests += 1
    traffic.writes += request.writes ? 1 : 0
    traffic.bytes += body === null ? 0 : Buffer.byteLength(body)
    return agent.request({
      origin,
      path: prefix + request.path,
      method: request.method,
      headers: { ...headersOf(request, token), ...headers },
      body,
      // From when it is sent: waiting for a free connection is not the server's fault.
      headersTimeout: request.timeout,
      bodyTimeout: silence ?? request.timeout,
      signal,
    })
  }
}

const broken = (cause: unknown): Broken => ({ code: (cause as { code?: string }).code, cause })

export const endOf = (request: Request, signal: AbortSignal): AbortSignal =>
  request.signal === undefined ? signal : AbortSignal.any([signal, request.signal])

/** Only what was said to its end of the line: the rest of a stream that breaks off is nothing. */
async function* linesOf(body: AsyncIterable<Uint8Array>, traffic: Traffic): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of body) {
      traffic.bytes += chunk.length
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch {
    // A cut, silence, an abort: who reads the lines knows whether that matters.
  }
}

/** Whoever ended it may have said why: a run that was overtaken is not a cancelled one. */
export const cancelled = (request: Pick<Request, 'what'>, { reason }: AbortSignal): PreviewError =>
  reason instanceof PreviewError
    ? reason
    : new PreviewError('Cancelled', `cancelled at ${request.what}`, { object: request.what, cause: reason })

const agentFor = (connection: Connection, connections?: number): Dispatcher => {
  const { server, ca, cert, key, serverName, insecure } = connection
  const tls = {
    timeout: CONNECT_TIMEOUT,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(insecure ? { rejectUnauthorized: false } : {}),
  }
  const limit = connections === undefined ? {} : { connections }
  const options = { ...limit, allowH2: false, keepAliveTimeout: KEEP_ALIVE, connect: tls }
  // As kubectl does: HTTPS_PROXY and NO_PROXY, but never for this machine itself.
  const loopback = /^(localhost|127\..*|\[::1\])$/.test(new URL(server).hostname)
  return loopback ? new Agent(options) : new EnvHttpProxyAgent({ ...options, requestTls: tls })
}

const headersOf = ({ body, contentType }: Request, token: string | undefined): Record<string, string> => ({
  accept: 'application/json',
  'user-agent': 'eks-preview',
  ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
})

const headOf = ({ statusCode, headers }: Dispatcher.ResponseData) => ({
  status: statusCode,
  retryAfter: headers['retry-after']?.toString(),
  warnings: warningsOf(headers.warning),
})

const responseOf = async (answer: Dispatcher.ResponseData, traffic: Traffic): Promise<Response> => {
  const { statusCode, headers, body } = answer
  const bytes = Buffer.from(await body.arrayBuffer())
  traffic.bytes += bytes.length
  const text = (headers['content-encoding'] === 'gzip' ? await unzipped(bytes) : bytes).toString('utf8')
  const isJson = String(headers['content-type']).includes('json')
  return { ...headOf(answer), text, json: isJson ? parsed(text, statusCode) : undefined }
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
