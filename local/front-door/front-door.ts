import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RootCredentials } from '../aws/ministack.ts'
import { LOAD_BALANCERS } from '../aws/route53/load-balancer-zones.ts'
import type { RecordSet } from '../aws/route53/record-set.ts'
import { closed, listening } from '../stack/web-server.ts'
import { fresh } from './fresh.ts'
import { inTurn } from './in-turn.ts'
import { readBalancers, readTargets, type Target } from './load-balancers.ts'
import { networkLoadBalancers } from './network-load-balancers.ts'
import { proxyTo } from './proxy.ts'
import { routeOf } from './routing.ts'

// A load balancer takes seconds to follow a change; this is how long the front door does not look.
const FRESH_MS = 250

export type FrontDoorOptions = {
  /** Where it is heard. Not everywhere: network load balancers have addresses of their own. */
  hosts: readonly string[]
  /** 0 takes a free port, of one host. */
  port: number
  /** Also answers https, with TLS ended here as a load balancer does; PEM. */
  tls?: { port: number; cert: string; key: string }
  aws: { endpoint: string; credentials: RootCredentials }
  /** What the zone's name servers answer from. */
  records: () => Promise<readonly RecordSet[]>
  /** Addresses of the cluster's nodes, by their instance id. */
  instances: Readonly<Record<string, string>>
  /** The nth address of a network load balancer. */
  addressAt: (n: number) => string
  log(line: string): void
}

const HTML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** What a browser would show had it not reached anything: no load balancer says this. */
const unreachable = (response: http.ServerResponse, reason: string): void => {
  const text = reason.replaceAll(/[&<>]/g, (character) => HTML_ESCAPES[character] ?? '')
  response.writeHead(502, { 'content-type': 'text/html; charset=utf-8', 'x-front-door': 'unreachable' })
  response.end(`<!doctype html><title>Cannot be reached</title><h1>Cannot be reached</h1><p>${text}</p>\n`)
}

export type FrontDoor = {
  port: number
  /**
   * Where a load balancer answers by then: one of the network kind at an address of its own, if it exists; any other where
   * this front door does, which is `here`.
   */
  addressOf(balancer: string, here: string): Promise<string | undefined>
  close(): Promise<void>
}

/**
 * The internet in front of the account's load balancers: a host's record leads to one, its rules to a target. What resolves
 * names as the stack does meets network load balancers at their own addresses; a browser outside finds all of them here, by
 * the host it asks for.
 */
export const startFrontDoor = async (options: FrontDoorOptions): Promise<FrontDoor> => {
  const client = new ElasticLoadBalancingV2Client({ ...options.aws, region: 'us-east-1' })
  const allBalancers = fresh(FRESH_MS, () => readBalancers(client))
  const balancers = () => allBalancers(undefined)
  const targets = fresh(FRESH_MS, (group: string) => readTargets(client, group, options.instances))
  const agent = new http.Agent({ keepAlive: true })
  const pick = inTurn<Target>()

  const forward = async (group: string, request: http.IncomingMessage, response: http.ServerResponse) => {
    const target = pick(group, await targets(group))
    if (target) {
      const unanswered = (why: string) => ({
        status: 502,
        text: `502 Bad Gateway: ${target.host}:${target.port}: ${why}\n`,
      })
      return proxyTo(target, request, response, { agent, unanswered })
    }
    response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>503 Service Temporarily Unavailable</h1>\n')
  }

  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const [path = '/'] = (request.url ?? '/').split('?')
    const world = { sets: await options.records(), balancers: await balancers() }
    const route = routeOf(request.headers.host ?? '', path, world)
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
  const { hosts, port, tls } = options
  const plain = hosts.map((host) => listening(http.createServer(answer), port, host))
  const secure = tls ? hosts.map((host) => listening(https.createServer(tls, answer), tls.port, host)) : []
  const servers = await Promise.all([...plain, ...secure])
  const bound = servers[0]?.address() as AddressInfo | undefined
  const publicPort = bound?.port ?? port
  const { addressAt, log } = options
  const network = networkLoadBalancers({ balancers, targets, addressAt, publicPort, log })
  return {
    port: publicPort,
    addressOf: async (balancer, here) =>
      balancer.endsWith(LOAD_BALANCERS.network.domain) ? network.addressOf(balancer) : here,
    close: async () => {
      await network.close()
      for (const server of servers) await closed(server)
      agent.destroy()
      client.destroy()
    },
  }
}
