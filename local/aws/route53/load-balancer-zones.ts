/** The hosted zones that aliases to load balancers name, in us-east-1, the only region the local stack has. */
export const LOAD_BALANCERS: Record<'application' | 'network', { zoneId: string; domain: string }> = {
  application: { zoneId: 'Z35SXDOTRQ7X7K', domain: '.us-east-1.elb.amazonaws.com.' },
  network: { zoneId: 'Z26RNL4JYFTOTI', domain: '.elb.us-east-1.amazonaws.com.' },
}

const all = Object.values(LOAD_BALANCERS)

/** With a dot at the end, as `recordName` makes names. */
export const isLoadBalancer = (name: string): boolean => all.some(({ domain }) => name.endsWith(domain))

export const isInZone = (name: string, zone: string): boolean =>
  all.some(({ zoneId, domain }) => zoneId === zone && name.endsWith(domain))
