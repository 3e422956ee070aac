import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Call = { method: string; url: URL; headers: IncomingMessage['headers']; text: string; body: unknown }
export type Answer = { status: number; headers?: Record<string, string>; body?: unknown }
/** `status` is missing while the answer is awaited, and for ever when a fault swallowed it. */
export type LoggedRequest = { method: string; path: string; body: unknown; status?: number }

export type FaultMatch = {
  method?: string
  /** Compared with path and query: equal to a string, or found by a pattern. */
  path?: string | RegExp
  /** How many requests it hits; 1 by default. */
  times?: number
}
/** An answer instead of ours, or a broken connection; `commit` does the request's work first, so that only the answer is lost. */
export type FaultResponse = (Answer | { reset: true } | { hang: true } | { delay: number }) & { commit?: boolean }

type WireOptions = { port: number; host?: string | undefined }

/** One HTTP server with a log of its requests and scripted faults; what it answers is the caller's business. */
export const startWire = async ({ port, host = '127.0.0.1' }: WireOptions) => {
  let answer: (call: Call) => Promise<Answer> = async () => ({ status: 503 })
  const log: LoggedRequest[] = []
  const scripted: { match: FaultMatch; response: FaultResponse; left: number }[] = []

  const faultFor = (entry: LoggedRequest) => {
    const found = scripted.find(({ match, left }) => left > 0 && matches(match, entry))
    if (found) found.left--
    return found?.response
  }

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const call = await read(request)
    const entry: LoggedRequest = {
      method: call.method,
      path: call.url.pathname + call.url.search,
      body: call.body ?? call.text,
    }
    log.push(entry)
    const fault = faultFor(entry)
    if (fault && 'delay' in fault) await new Promise((resolve) => setTimeout(resolve, fault.delay))
    if (!fault || 'delay' in fault) return send(response, entry, await answer(call))
    if (fault.commit) await answer(call)
    if ('reset' in fault) request.socket.destroy()
    else if ('status' in fault) send(response, entry, fault)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(error.stack)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new Error(`cannot listen on ${host}:${port}`, { cause })))
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    /** Answers often hold the server's own address, so they are decided once it is known. */
    answerWith(given: typeof answer) {
      answer = given
    },
    requests: (): readonly LoggedRequest[] => log,
    faults(match: FaultMatch, response: FaultResponse) {
      scripted.push({ match, response, left: match.times ?? 1 })
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const matches = ({ method, path }: FaultMatch, entry: LoggedRequest) =>
  (method === undefined || method === entry.method) &&
  (path === undefined || (typeof path === 'string' ? path === entry.path : path.test(entry.path)))

const read = async (request: IncomingMessage): Promise<Call> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`)
  return { method: request.method ?? 'GET', url, headers: request.headers, text, body: json(text) }
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const send = (response: ServerResponse, entry: LoggedRequest, { status, headers = {}, body }: Answer) => {
  entry.status = status
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body) || body === undefined
  const type = isRaw ? {} : { 'content-type': 'application/json; charset=utf-8' }
  response.writeHead(status, { ...type, ...headers }).end(isRaw ? body : JSON.stringify(body))
}
