import { isLoadBalancer } from '../aws/route53/load-balancer-zones.ts'
import { type RecordSet, recordName } from '../aws/route53/record-set.ts'

export type Action =
  | { kind: 'forward'; group: string }
  | { kind: 'fixed'; status: number; contentType: string; body: string }
/** Empty `hosts` or `paths` match everything. */
export type Rule = { priority: number; hosts: string[]; paths: string[]; action: Action }
/** `rules` in the order of their priority, the default action last. */
export type Listener = { port: number; rules: Rule[] }
export type Balancer = { dnsName: string; type: 'application' | 'network'; listeners: Listener[] }
export type Route = Action | { kind: 'unreachable'; reason: string }

/** What the front door's own port stands for. */
export const WEB_PORT = 80

/** ELB patterns: `*` is any text, `?` one character. */
const matches = (pattern: string, text: string): boolean => {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(text)
}

const fits = (rule: Rule, host: string, path: string): boolean =>
  (rule.hosts.length === 0 || rule.hosts.some((pattern) => matches(pattern.toLowerCase(), host))) &&
  (rule.paths.length === 0 || rule.paths.some((pattern) => matches(pattern, path)))

/** An alias to a load balancer may bear the prefix that only Route 53 knows. */
export const balancerName = (target: string): string => recordName(target).replace(/^dualstack\./, '')

/** Where the name leads, as a resolver follows it: an alias, a CNAME, a wildcard, or the load balancer's own name. */
const targetOf = (name: string, sets: readonly RecordSet[]): string | undefined => {
  if (isLoadBalancer(name)) return name
  const wildcard = `\\052.${name.slice(name.indexOf('.') + 1)}`
  const found =
    sets.find((set) => set.name === name && (set.alias || set.type === 'CNAME')) ??
    sets.find((set) => set.name === wildcard && (set.alias || set.type === 'CNAME'))
  const target = found?.alias?.dnsName ?? found?.values?.[0]
  return target && balancerName(target)
}

/** Where a request for `host` (a name, any case, perhaps with a port) and `path` (no query) goes from the outside. */
export const routeOf = (
  host: string,
  path: string,
  world: { sets: readonly RecordSet[]; balancers: readonly Balancer[] },
): Route => {
  const [name = '', port] = host.toLowerCase().split(':')
  const target = targetOf(recordName(name), world.sets)
  if (!target) return { kind: 'unreachable', reason: `${name}: NXDOMAIN. No such record in the hosted zone.` }
  const balancer = world.balancers.find(({ dnsName }) => dnsName === target)
  if (!balancer) return { kind: 'unreachable', reason: `${name} points to ${target}, which is no load balancer.` }
  const at = (wanted: number) => balancer.listeners.find((listener) => listener.port === wanted)
  const rules = (at(Number(port)) ?? at(WEB_PORT))?.rules ?? []
  const rule = rules.find((candidate) => fits(candidate, name, path))
  return rule?.action ?? { kind: 'unreachable', reason: `${target} does not listen on this port.` }
}
