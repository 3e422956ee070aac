import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { join } from '../stack/relay.ts'
import type { Target } from './load-balancers.ts'
import { type Balancer, WEB_PORT } from './routing.ts'

export type NetworkOptions = {
  balancers: () => Promise<readonly Balancer[]>
  targets: (group: string) => Promise<readonly Target[]>
  /** The nth address, from 0. */
  addressAt: (n: number) => string
  /** Where what listens on port 80 answers too, as everything does in the stack. */
  publicPort: number
  log(line: string): void
}

type Place = { address: string; servers: Map<number, Server> }

/**
 * The account's network load balancers, each at an address of its own: TCP as it comes, no matter what is said in it. A new
 * connection draws a target, and stays with it. Not as in AWS: a target sees this machine's address and never the client's,
 * there is no health check, no time-out of idle connections (350 s), no draining, no zones, no TLS listener; and a new load
 * balancer answers at once, not after minutes.
 */
export const networkLoadBalancers = (options: NetworkOptions) => {
  const places = new Map<string, Place>()
  let given = 0
  let last: Promise<unknown> = Promise.resolve()

  const groupOf = async (name: string, port: number): Promise<string | undefined> => {
    const balancer = (await options.balancers()).find(({ dnsName }) => dnsName === name)
    const action = balancer?.listeners.find((listener) => listener.port === port)?.rules[0]?.action
    return action?.kind === 'forward' ? action.group : undefined
  }

  const serve = async (near: Socket, name: string, port: number): Promise<void> => {
    near.on('error', () => {})
    const group = await groupOf(name, port)
    const targets = group === undefined ? [] : await options.targets(group)
    const target = targets[Math.floor(Math.random() * targets.length)]
    if (target === undefined) return void near.resetAndDestroy()
    const far = createConnection({ ...target, allowHalfOpen: true })
    far.once('error', () => near.resetAndDestroy())
    join(near, far)
  }

  const listen = async (name: string, { address, servers }: Place, at: number, port: number): Promise<void> => {
    const server = createServer({ allowHalfOpen: true }, (near) => {
      serve(near, name, port).catch(() => near.resetAndDestroy())
    })
    server.listen(at, address)
    try {
      await once(server, 'listening')
      servers.set(at, server)
    } catch (error) {
      options.log(`${name} cannot be heard at port ${at}: ${error instanceof Error ? error.message : error}`)
    }
  }

  const follow = async (): Promise<void> => {
    const present = (await options.balancers()).filter(({ type }) => type === 'network')
    for (const [name, { servers }] of places) {
      if (present.some(({ dnsName }) => dnsName === name)) continue
      for (const server of servers.values()) server.close()
      places.delete(name)
    }
    for (const { dnsName, listeners } of present) {
      // An address is never given twice: whoever still has it from before must not meet somebody else.
      const place = places.get(dnsName) ?? { address: options.addressAt(given++), servers: new Map() }
      places.set(dnsName, place)
      const ports = new Map(listeners.map(({ port }) => [port, port]))
      if (ports.has(WEB_PORT) && !ports.has(options.publicPort)) ports.set(options.publicPort, WEB_PORT)
      for (const [at, server] of place.servers) {
        if (ports.has(at)) continue
        server.close()
        place.servers.delete(at)
      }
      for (const [at, port] of ports) if (!place.servers.has(at)) await listen(dnsName, place, at, port)
    }
  }

  return {
    /** Of the load balancer of this name, which answers there by then; undefined where there is none. */
    addressOf: async (name: string): Promise<string | undefined> => {
      last = last.then(follow, follow)
      await last
      return places.get(name)?.address
    },
    close: async (): Promise<void> => {
      await last.catch(() => {})
      for (const { servers } of places.values()) for (const server of servers.values()) server.close()
    },
  }
}
