import { Agent, request } from 'undici'
import type { Web } from './web.ts'

export const web: Web = {
  get: async (url, { timeout, signal, maxBytes }) => {
    // One connection, thrown away afterwards: a kept one would go on reaching the load balancer the name led to before.
    const dispatcher = new Agent({ connections: 1, pipelining: 0 })
    const limit = AbortSignal.timeout(timeout)
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher,
        signal: AbortSignal.any([signal, limit]),
        headers: { 'user-agent': 'eks-preview', accept: '*/*', 'cache-control': 'no-cache' },
      })
      return { status: statusCode, headers: single(headers), body: await firstBytes(body, maxBytes) }
    } catch (error) {
      return { error: limit.aborted ? `no answer within ${timeout / 1000} s` : said(error) }
    } finally {
      await dispatcher.destroy()
    }
  },
}

const single = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value = '']) => [name, [value].flat().join(', ')]))

const firstBytes = async (body: AsyncIterable<Buffer>, most: number): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= most) break
  }
  return Buffer.concat(chunks).subarray(0, most).toString('utf8')
}

/** Several addresses that all failed come as one AggregateError without a message. */
const said = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string }
  const inner = error instanceof AggregateError ? error.errors.map(said).join('; ') : message
  return [code, inner || String(error)].filter(Boolean).join(': ')
}
