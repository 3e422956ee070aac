import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RootCredentials } from '../aws/ministack.ts'
import type { RecordSet } from '../aws/route53/record-set.ts'
import { fresh } from './fresh.ts'
import { readBalancers, readTargets } from './load-balancers.ts'
import { proxyTo } from './proxy.ts'
import { routeOf } from './routing.ts'

// A load balancer takes seconds to follow a change; this is how long the front door does not look.
const FRESH_MS = 250
const LISTENER_PORT = 80

export type FrontDoorOptions = {
  host: string
  /** 0 takes a free port. */
  port: number
  /** Also answers https, with TLS ended here as a load balancer does; PEM. */
  tls?: { port: number; cert: string; key: string }
  aws: { endpoint: string; credentials: RootCredentials }
  /** What the zone's name servers answer from. */
  records: () => Promise<readonly RecordSet[]>
}

const HTML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** What a browser would show had it not reached anything: no load balancer says this. */
const unreachable = (response: http.ServerResponse, reason: string): void => {
  const text = reason.replaceAll(/[&<>]/g, (character) => HTML_ESCAPES[character] ?? '')
  response.writeHead(502, { 'content-type': 'text/html; charset=utf-8', 'x-front-door': 'unreachable' })
  response.end(`<!doctype html><title>Cannot be reached</title><h1>Cannot be reached</h1><p>${text}</p>\n`)
}

/** The internet in front of the account's load balancers: a host's record leads to one, its rules to a target. */
export const startFrontDoor = async (
  options: FrontDoorOptions,
): Promise<{ host: string; port: number; close(): Promise<void> }> => {
  const client = new ElasticLoadBalancingV2Client({ ...options.aws, region: 'us-east-1' })
  const balancers = fresh(FRESH_MS, () => readBalancers(client, LISTENER_PORT))
  const targets = fresh(FRESH_MS, (group: string) => readTargets(client, group))
  const agent = new http.Agent({ keepAlive: true })
  const turns = new Map<string, number>()

  const forward = async (group: string, request: http.IncomingMessage, response: http.ServerResponse) => {
    const registered = await targets(group)
    const turn = turns.get(group) ?? 0
    turns.set(group, turn + 1)
    const target = registered[turn % registered.length]
    if (target) return proxyTo(target, request, response, agent)
    response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>503 Service Temporarily Unavailable</h1>\n')
  }

  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    const [path = '/'] = (request.url ?? '/').split('?')
    const world = { sets: await options.records(), balancers: await balancers(undefined) }
    const route = routeOf(host, path, world)
    if (route.kind === 'forward') return forward(route.group, request, response)
    if (route.kind === 'unreachable') return unreachable(response, route.reason)
    response.writeHead(route.status, { 'content-type': route.contentType }).end(route.body)
  }

  const answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    serve(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy(error)
      else unreachable(response, `The front door could not ask AWS: ${error.message}`)
    })
  }
  const server = http.createServer(answer)
  const secure = options.tls && https.createServer(options.tls, answer)
  await listening(server, options.port, options.host)
  if (secure) await listening(secure, options.tls?.port ?? 0, options.host)
  const { address: host, port } = server.address() as AddressInfo
  return {
    host,
    port,
    close: async () => {
      for (const each of [server, ...(secure ? [secure] : [])]) {
        each.closeAllConnections()
        await new Promise((resolve) => each.close(resolve))
      }
      agent.destroy()
      client.destroy()
    },
  }
}

const listening = (server: http.Server | https.Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
