import http from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Answer } from './route53/error-answer.ts'

export type Upstream = {
  /** Streams the request up and the answer down; headers go through as they came (the signature covers Host). */
  pass(request: http.IncomingMessage, response: http.ServerResponse): Promise<void>
  /** Sends a request already read, with `more` headers, and returns the whole answer. */
  ask(request: http.IncomingMessage, body: Buffer, more?: Record<string, string>): Promise<Answer>
  close(): void
}

/** The headers as name, value, name, value: their order and spelling are kept. */
const opened = (agent: http.Agent, to: URL, request: http.IncomingMessage, headers: string[]): http.ClientRequest =>
  http.request({ agent, host: to.hostname, port: to.port, method: request.method, path: request.url, headers })

const answered = (call: http.ClientRequest): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => call.once('response', resolve).once('error', reject))

export const bodyOf = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export const upstreamAt = (endpoint: string): Upstream => {
  const to = new URL(endpoint)
  const agent = new http.Agent({ keepAlive: true })
  return {
    pass: async (request, response) => {
      const call = opened(agent, to, request, request.rawHeaders)
      const answer = answered(call)
      // Both run at once: a refused upload is answered before its body has been sent.
      const upload = pipeline(request, call).catch(() => {})
      const upstream = await answer
      response.writeHead(upstream.statusCode ?? 502, upstream.rawHeaders)
      await pipeline(upstream, response)
      await upload
    },
    ask: async (request, body, more = {}) => {
      const call = opened(agent, to, request, [...request.rawHeaders, ...Object.entries(more).flat()])
      const answer = answered(call)
      call.end(body)
      const upstream = await answer
      const headers = { ...upstream.headers } as Record<string, string>
      // The text is sent on in one piece, perhaps changed.
      delete headers['transfer-encoding']
      delete headers['content-length']
      return { status: upstream.statusCode ?? 502, headers, body: (await bodyOf(upstream)).toString() }
    },
    close: () => agent.destroy(),
  }
}
