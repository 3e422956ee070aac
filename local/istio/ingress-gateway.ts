import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { V1EndpointSlice, V1Service } from '@kubernetes/client-node'
import { readyTargets, serviceNamed, type Target } from '../alb/endpoints.ts'
import { inTurn } from '../front-door/in-turn.ts'
import { proxyTo } from '../front-door/proxy.ts'
import { closed, listening } from '../stack/web-server.ts'
import { type Destination, draw, type Gateway, routeOf, type VirtualService } from './routes.ts'

/** What routing depends on. */
export type Mesh = {
  /** Undefined until somebody made it. */
  gateway: Gateway | undefined
  virtualServices: readonly VirtualService[]
  services: readonly V1Service[]
  slices: readonly V1EndpointSlice[]
}

const SERVICE = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local$/

/** The pods behind a destination; undefined where there is no such Service, or no such port of it. */
const targetsOf = ({ service, port }: Destination, { services, slices }: Mesh): Target[] | undefined => {
  const [, name, namespace] = SERVICE.exec(service) ?? []
  const found = serviceNamed(services, namespace, name)
  const ports = found?.spec?.ports ?? []
  const wanted = port ?? (ports.length === 1 ? ports[0]?.port : undefined)
  return found && wanted !== undefined ? readyTargets(found, wanted, slices) : undefined
}

/**
 * Istio's ingress gateway, as far as a preview sees it: requests are led by the VirtualServices that name the gateway, with
 * Envoy's words where they lead nowhere. It has no TLS, no retries, no outlier detection, no sidecars behind it, and it knows
 * a change at once, while istiod takes a second or more to tell the real one.
 */
export const startIngressGateway = async (
  host: string,
  read: () => Promise<Mesh>,
): Promise<{ port: number; close(): Promise<void> }> => {
  const agent = new http.Agent({ keepAlive: true })
  const pick = inTurn<Target>()
  const unanswered = () => ({
    status: 503,
    text: 'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
  })

  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const say = (status: number, text = ''): void => {
      response.writeHead(status, { server: 'istio-envoy', 'content-type': 'text/plain' }).end(text)
    }
    const mesh = await read()
    const [path = '/'] = (request.url ?? '/').split('?')
    const route = mesh.gateway
      ? routeOf(request.headers.host ?? '', path, mesh.gateway, mesh.virtualServices)
      : { kind: 'not found' as const }
    if (route.kind === 'not found') return say(404)
    if (route.kind === 'beyond')
      return say(501, `The local gateway cannot do this part of a VirtualService: ${route.what}`)
    const destination = draw(route.destinations, Math.random())
    const targets = destination && targetsOf(destination, mesh)
    // Envoy knows no cluster of that name, and has nothing to say about it.
    if (destination === undefined || targets === undefined) return say(503)
    const target = pick(destination.service, targets)
    if (target === undefined) return say(503, 'no healthy upstream')
    return proxyTo({ host: target.address, port: target.port }, request, response, { agent, unanswered })
  }

  const server = http.createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy(error)
      else response.writeHead(500).end(`The local gateway could not ask Kubernetes: ${error.message}`)
    })
  })
  await listening(server, 0, host)
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      await closed(server)
      agent.destroy()
    },
  }
}
