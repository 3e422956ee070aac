import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Route53Client } from '@aws-sdk/client-route-53'
import { closed, listening } from '../stack/web-server.ts'
import { upstreamAt } from './forward.ts'
import type { RootCredentials } from './ministack.ts'
import { type StrictRoute53, strictRoute53 } from './route53/strict.ts'
import type { Rate } from './route53/token-bucket.ts'

export type AwsOptions = {
  /** 0 takes a free port. */
  port: number
  /** Where it is heard besides 127.0.0.1, at the same port: what pods can reach. */
  alsoAt?: string
  upstream: string
  root: RootCredentials
  /** How long a Route 53 change stays PENDING; AWS takes up to a minute. */
  syncDelayMs?: number
  /** Throttles Route 53 as AWS documents it ({ capacity: 50, refillPerSecond: 10 }); not at all when left out. */
  rate?: Rate
  now?: () => number
}

export type Aws = {
  endpoint: string
  /** What the zone's name servers answer from: without the changes that are still PENDING. */
  servedRecords: StrictRoute53['servedRecords']
  close(): Promise<void>
}

/** AWS as the stack's clients see it: ministack, with Route 53 as strict as the real one. */
export const startAws = async (options: AwsOptions): Promise<Aws> => {
  const upstream = upstreamAt(options.upstream)
  const client = new Route53Client({ endpoint: options.upstream, region: 'us-east-1', credentials: options.root })
  const { syncDelayMs = 300, now = Date.now } = options
  const route53 = strictRoute53({
    upstream,
    client,
    syncDelayMs,
    now,
    ...(options.rate && { rate: options.rate }),
  })

  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const answer = await route53.answer(request)
    if (!answer) return upstream.pass(request, response)
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }
  const listen = (host: string, port: number): Promise<http.Server> => {
    const server = http.createServer((request, response) => {
      serve(request, response).catch((error: Error) => {
        if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' })
        response.end(`AWS emulator at ${options.upstream}: ${error.message}\n`)
      })
    })
    return listening(server, port, host)
  }
  const server = await listen('127.0.0.1', options.port)
  const { port } = server.address() as AddressInfo
  const servers = [server]
  if (options.alsoAt !== undefined) servers.push(await listen(options.alsoAt, port))
  return {
    endpoint: `http://127.0.0.1:${port}`,
    servedRecords: route53.servedRecords,
    close: async () => {
      for (const server of servers) await closed(server)
      client.destroy()
      upstream.close()
    },
  }
}
