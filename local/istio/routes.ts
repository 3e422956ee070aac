/** What is read of Istio's networking.istio.io/v1; the API server has checked it against the real definitions. */
export type Gateway = {
  metadata: { name: string; namespace: string }
  spec: { servers: { hosts: string[] }[] }
}
export type VirtualService = {
  metadata: { name: string; namespace: string; creationTimestamp: string }
  spec: { hosts: string[]; gateways?: string[]; exportTo?: string[]; http?: HttpRoute[] }
}
export type HttpRoute = {
  name?: string
  match?: { name?: string; uri?: { prefix?: string; exact?: string } }[]
  route?: { destination: { host: string; port?: { number: number } }; weight?: number }[]
}

/** `service` is a full name; without a port it is the Service's only one. */
export type Destination = { service: string; port?: number; weight: number }
export type Route =
  | { kind: 'forward'; destinations: Destination[] }
  | { kind: 'not found' }
  /** The real gateway would do something that this one cannot. */
  | { kind: 'beyond'; what: string }

/** `*.example.com` is everything below, however deep. */
const isWithin = (host: string, pattern: string): boolean =>
  pattern === '*' || (pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : host === pattern)

/** A server's host is `host` or `namespace/host`: whose VirtualServices may have it. */
const serverHosts = ({ spec, metadata }: Gateway, namespace: string): string[] =>
  spec.servers.flatMap(({ hosts }) =>
    hosts.flatMap((entry) => {
      const [scope = '', host] = entry.includes('/') ? entry.split('/') : ['*', entry]
      const owner = scope === '.' ? metadata.namespace : scope
      return host !== undefined && (owner === '*' || owner === namespace) ? [host] : []
    }),
  )

const isAttached = ({ metadata, spec }: VirtualService, gateway: Gateway): boolean => {
  const { name, namespace } = gateway.metadata
  const full = (reference: string) => (reference.includes('/') ? reference : `${metadata.namespace}/${reference}`)
  // Without a list it is for the mesh alone.
  const named = spec.gateways?.some((reference) => full(reference) === `${namespace}/${name}`) ?? false
  const seen = ['*', namespace, ...(metadata.namespace === namespace ? ['.'] : [])]
  return named && (spec.exportTo?.some((scope) => seen.includes(scope)) ?? true)
}

type Rule = { match: NonNullable<HttpRoute['match']>[number]; route: HttpRoute; namespace: string }

const rulesOf = ({ metadata, spec }: VirtualService): Rule[] =>
  (spec.http ?? []).flatMap((route) =>
    (route.match ?? [{}]).map((match) => ({ match, route, namespace: metadata.namespace })),
  )

const isCatchAll = ({ match: { name: _, ...match } }: Rule): boolean =>
  Object.keys(match).length === 0 || (Object.keys(match).join() === 'uri' && match.uri?.prefix === '/')

/**
 * By host, what is asked in turn. Istio merges the VirtualServices that claim one host at a gateway: the oldest first, and
 * what fits everything after the rest, so of two with nothing else the younger one is never asked.
 */
const virtualHosts = (gateway: Gateway, services: readonly VirtualService[]): Map<string, Rule[]> => {
  const keyOf = ({ metadata }: VirtualService) => `${metadata.creationTimestamp} ${metadata.name}.${metadata.namespace}`
  const attached = services.filter((service) => isAttached(service, gateway))
  const byHost = new Map<string, Rule[]>()
  for (const service of attached.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))) {
    const allowed = serverHosts(gateway, service.metadata.namespace)
    const hosts = service.spec.hosts.flatMap((host) =>
      allowed.flatMap((pattern) => (isWithin(host, pattern) ? [host] : isWithin(pattern, host) ? [pattern] : [])),
    )
    for (const host of new Set(hosts)) byHost.set(host, [...(byHost.get(host) ?? []), ...rulesOf(service)])
  }
  return byHost
}

const fits = ({ uri }: Rule['match'], path: string): boolean => {
  if (uri?.exact !== undefined) return path === uri.exact
  return path.startsWith(uri?.prefix ?? '')
}

const unknownOf = ({ match, route }: Rule): string | undefined => {
  const beyond = (of: object, known: string[]) => Object.keys(of).find((key) => !known.includes(key))
  return (
    beyond(route, ['name', 'match', 'route']) ??
    beyond(match, ['name', 'uri']) ??
    beyond(match.uri ?? {}, ['exact', 'prefix'])
  )
}

const destinationsOf = ({ route, namespace }: Rule): Destination[] =>
  (route.route ?? []).map(({ destination: { host, port }, weight = 0 }, _, all) => ({
    // Only a name without a dot is short: `web.shop` is taken as it is, and there is no such Service.
    service: host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`,
    ...(port && { port: port.number }),
    weight: all.length === 1 ? 1 : weight,
  }))

/** Where the gateway sends a request for `host` (perhaps with a port) and `path` (no query). */
export const routeOf = (host: string, path: string, gateway: Gateway, services: readonly VirtualService[]): Route => {
  const name = host.toLowerCase().replace(/:\d+$/, '')
  const byHost = virtualHosts(gateway, services)
  const [closest] = [...byHost.keys()]
    .filter((pattern) => isWithin(name, pattern))
    .toSorted((one, other) => Number(other === name) - Number(one === name) || other.length - one.length)
  const rules = byHost.get(closest ?? '') ?? []
  for (const rule of [...rules.filter((each) => !isCatchAll(each)), ...rules.filter(isCatchAll)]) {
    const unknown = unknownOf(rule)
    if (unknown !== undefined) return { kind: 'beyond', what: unknown }
    if (fits(rule.match, path)) return { kind: 'forward', destinations: destinationsOf(rule) }
  }
  return { kind: 'not found' }
}

/** One of them by weight, for a number from 0 to 1. */
export const draw = (destinations: readonly Destination[], random: number): Destination | undefined => {
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0)
  let left = random * total
  return destinations.find(({ weight }) => {
    left -= weight
    return left < 0
  })
}
