import { type RecordSet, recordName } from '../aws/route53/record-set.ts'

export type Action =
  | { kind: 'forward'; group: string }
  | { kind: 'fixed'; status: number; contentType: string; body: string }
/** Empty `hosts` or `paths` match everything. */
export type Rule = { priority: number; hosts: string[]; paths: string[]; action: Action }
/** `rules` in the order of their priority, the default action last. */
export type Balancer = { dnsName: string; rules: Rule[] }
export type Route = Action | { kind: 'unreachable'; reason: string }

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

/** Where the name leads, as a resolver follows it: an alias, a CNAME, a wildcard, or the load balancer's own name. */
const targetOf = (name: string, sets: readonly RecordSet[]): string | undefined => {
  if (name.endsWith('.elb.amazonaws.com.')) return name
  const wildcard = `\\052.${name.slice(name.indexOf('.') + 1)}`
  const found =
    sets.find((set) => set.name === name && (set.alias || set.type === 'CNAME')) ??
    sets.find((set) => set.name === wildcard && (set.alias || set.type === 'CNAME'))
  const target = found?.alias?.dnsName ?? found?.values?.[0]
  return target && recordName(target).replace(/^dualstack\./, '')
}

/** Where a request for `host` (no port, any case) and `path` (no query) goes from the outside. */
export const routeOf = (
  host: string,
  path: string,
  world: { sets: readonly RecordSet[]; balancers: readonly Balancer[] },
): Route => {
  const target = targetOf(recordName(host), world.sets)
  if (!target) return { kind: 'unreachable', reason: `${host}: NXDOMAIN. No such record in the hosted zone.` }
  const balancer = world.balancers.find(({ dnsName }) => dnsName === target)
  if (!balancer) return { kind: 'unreachable', reason: `${host} points to ${target}, which is no load balancer.` }
  const rule = balancer.rules.find((candidate) => fits(candidate, host.toLowerCase(), path))
  return rule?.action ?? { kind: 'unreachable', reason: `${target} does not listen on this port.` }
}
