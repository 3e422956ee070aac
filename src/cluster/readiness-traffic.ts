import type { Live } from './cluster.ts'
import {
  addressOf,
  type Condition,
  conditionIn,
  isOfNow,
  notYet,
  OUTDATED,
  READY,
  type Readiness,
  type Rule,
  said,
  statusOf,
  UNSEEN,
} from './verdict.ts'

/** What leads requests to pods. */

const NO_LOAD_BALANCER = notYet('it has no load balancer yet')

export const service: Rule = (live) => {
  const { type, clusterIP } = live.spec as { type?: string; clusterIP?: string }
  if (type === 'ExternalName') return READY
  if (!clusterIP) return notYet('it has no cluster IP')
  return type === 'LoadBalancer' && addressOf(live) === undefined ? NO_LOAD_BALANCER : READY
}

type Backend = { service?: { name: string; port?: { name?: string } } }
type IngressSpec = { defaultBackend?: Backend; rules?: { http?: { paths: { backend: Backend }[] } }[] }

/** The AWS Load Balancer Controller's, of one load balancer each. */
const LOAD_BALANCER = /^(group\.)?ingress\.k8s\.aws\//

/** Events never gate: they are rate-limited, and every Ingress of a shared load balancer gets those of all the others. */
export const ingress: Rule = (live, { bindings }) => {
  if (addressOf(live) === undefined) return NO_LOAD_BALANCER
  const loadBalancers = live.metadata.finalizers?.filter((finalizer) => LOAD_BALANCER.test(finalizer)) ?? []
  // The address is still the old one's.
  if (loadBalancers.length > 1) return notYet('it is moving to another load balancer')
  for (const name of servicesOf(live)) {
    const own = bindings.filter((binding) => serviceOf(binding) === name)
    if (own.length === 0 && loadBalancers.length > 0) return notYet(`Service ${name} has no target group binding yet`)
    const late = own.find((binding) => statusOf(binding).observedGeneration !== binding.metadata.generation)
    if (late) return notYet(`target group binding ${late.metadata.name} is not reconciled`)
  }
  return READY
}

const servicesOf = ({ spec }: Live): Set<string> => {
  const { defaultBackend, rules = [] } = spec as IngressSpec
  const backends = [defaultBackend, ...rules.flatMap(({ http }) => http?.paths.map(({ backend }) => backend) ?? [])]
  // An action of that name stands in an annotation.
  const services = backends.filter((backend) => backend?.service?.port?.name !== 'use-annotation')
  return new Set(services.flatMap((backend) => backend?.service?.name ?? []))
}

const serviceOf = ({ spec }: Live): string | undefined =>
  (spec as { serviceRef?: { name?: string } } | undefined)?.serviceRef?.name

export const targetGroupBinding: Rule = (live) => (statusOf(live).observedGeneration === undefined ? UNSEEN : READY)

export const gateway: Rule = (live) => lacking(live, statusOf(live).conditions, 'Accepted', 'Programmed') ?? READY

type RouteStatus = { parents?: { conditions?: Condition[] }[] }

export const route: Rule = (live) => {
  const { parentRefs = [] } = live.spec as { parentRefs?: unknown[] }
  const { parents = [] } = statusOf(live) as RouteStatus
  if (parents.length < parentRefs.length)
    return notYet(`${parents.length} of ${parentRefs.length} parents have seen it`)
  for (const { conditions } of parents) {
    const verdict = lacking(live, conditions, 'Accepted', 'ResolvedRefs')
    if (verdict !== undefined) return verdict
  }
  return READY
}

/** What is to be said for the first of these conditions that does not hold now. */
const lacking = (
  { metadata }: Live,
  conditions: readonly Condition[] | undefined,
  ...types: string[]
): Readiness | undefined => {
  for (const type of types) {
    const found = conditionIn(conditions, type)
    if (found === undefined) return notYet(`it is not ${type} yet`)
    if (!isOfNow(found, metadata.generation)) return OUTDATED
    if (found.status !== 'True') return notYet(said(found))
  }
  return undefined
}
