import http from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Target } from './load-balancers.ts'

// Idle timeout of an Application Load Balancer.
const IDLE_MS = 60_000

const page = (response: http.ServerResponse, status: number, text: string): void => {
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}

/** Hop-by-hop headers end here; the client's address is added as a load balancer does. */
const headersFor = (request: http.IncomingMessage): http.OutgoingHttpHeaders => {
  const { connection: _, 'keep-alive': __, ...headers } = request.headers
  const client = request.socket.remoteAddress ?? ''
  return {
    ...headers,
    'x-forwarded-for': [request.headers['x-forwarded-for'], client].filter(Boolean).join(', '),
    'x-forwarded-proto': 'http',
    'x-forwarded-port': String(request.socket.localPort),
  }
}

export type ProxyOptions = {
  agent: http.Agent
  /** What is said when the target does not answer, and why it did not. */
  unanswered: (why: string) => { status: number; text: string }
}

/** Hands the request to `target` and streams both ways; 504 when it stalls. */
export const proxyTo = async (
  target: Target,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { agent, unanswered }: ProxyOptions,
): Promise<void> => {
  const call = http.request({
    agent,
    ...target,
    method: request.method,
    path: request.url,
    headers: headersFor(request),
    timeout: IDLE_MS,
  })
  response.once('close', () => call.destroy())
  call.once('timeout', () => {
    page(response, 504, '504 Gateway Time-out\n')
    call.destroy()
  })
  try {
    const answer = new Promise<http.IncomingMessage>((resolve, reject) => {
      call.once('response', resolve).once('error', reject)
    })
    // An app may answer before it has read the whole request.
    pipeline(request, call).catch(() => {})
    const upstream = await answer
    const { connection: _, 'keep-alive': __, ...headers } = upstream.headers
    response.writeHead(upstream.statusCode ?? 502, headers)
    await pipeline(upstream, response)
  } catch (error) {
    const { status, text } = unanswered(error instanceof Error ? error.message : String(error))
    page(response, status, text)
  }
}
