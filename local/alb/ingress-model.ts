import type { V1HTTPIngressPath, V1Ingress, V1IngressBackend, V1Service } from '@kubernetes/client-node'
import {
  certificateOf,
  healthCheckOf,
  keyOf,
  type ListenPort,
  listenPortsOf,
  ModelError,
  schemeOf,
  targetTypeOf,
} from './annotations.ts'
import { portOf, serviceNamed } from './endpoints.ts'
import type { Action, Listener, LoadBalancer, Model, Rule, TargetGroup } from './model.ts'
import { loadBalancerName, targetGroupName } from './resource-names.ts'

export type IngressWorld = {
  cluster: string
  services: readonly V1Service[]
  /** The controller's own setting; when false, a missing Service stops the group. */
  toleratesMissingService: boolean
}
type Collected = { targetGroups: Map<string, TargetGroup> }

const NOT_FOUND: Action = { status: 404, body: '' }
const NO_SERVICE: Action = { status: 503, body: 'Backend service does not exist' }

/** Names the Ingress a failure comes from, as the controller's events do. */
const blaming = <Result>(ingress: V1Ingress, read: () => Result): Result => {
  try {
    return read()
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(`ingress: ${keyOf(ingress)}: ${error.message}`)
    throw error
  }
}

const actionOf = (ingress: V1Ingress, backend: V1IngressBackend, world: IngressWorld, into: Collected): Action => {
  const namespace = ingress.metadata?.namespace ?? ''
  const { name = '', port } = backend.service ?? {}
  const wanted = port?.name ?? port?.number ?? 0
  const targetType = targetTypeOf(ingress)
  const healthCheck = healthCheckOf(ingress)
  const service = serviceNamed(world.services, namespace, name)
  if (!service && world.toleratesMissingService) return NO_SERVICE
  if (!service) throw new ModelError(`Service ${JSON.stringify(name)} not found`)
  const found = portOf(service, wanted)
  if (!found) throw new ModelError(`unable to find port ${wanted} on service ${namespace}/${name}`)
  const defaultPort = targetType === 'ip' ? 1 : found.nodePort
  if (!defaultPort) {
    const rule = "When using Instance targets, your service must be of type 'NodePort' or 'LoadBalancer'"
    throw new ModelError(`TargetGroup port is empty. ${rule}`)
  }
  const { path, intervalSeconds } = healthCheck
  const identity = [service.metadata?.uid ?? '', wanted, targetType, defaultPort, path, intervalSeconds]
  const group = targetGroupName(namespace, name, identity)
  const target = { namespace, service: name, port: wanted, targetType, defaultPort }
  into.targetGroups.set(group, { name: group, ...target, protocol: 'HTTP', healthCheck })
  return { forward: group }
}

const pathsOf = ({ path = '', pathType }: V1HTTPIngressPath): string[] => {
  if (path === '') return []
  if (pathType !== 'Prefix') return [path]
  const stem = path.replace(/\/+$/, '')
  return stem === '' ? ['/*'] : [stem, `${stem}/*`]
}

/** Exact paths first, then the longest: the order in which they must be tried. */
const byPrecision = (one: V1HTTPIngressPath, other: V1HTTPIngressPath): number =>
  Number(other.pathType === 'Exact') - Number(one.pathType === 'Exact') ||
  (other.path ?? '').length - (one.path ?? '').length

const rulesOf = (ingress: V1Ingress, world: IngressWorld, into: Collected): Rule[] =>
  (ingress.spec?.rules ?? []).flatMap(({ host, http }) =>
    (http?.paths ?? []).toSorted(byPrecision).map((path) => ({
      hosts: host ? [host] : [],
      paths: pathsOf(path),
      action: actionOf(ingress, path.backend, world, into),
    })),
  )

const schemeOfGroup = (members: readonly V1Ingress[]): LoadBalancer['scheme'] => {
  const schemes = new Set(members.map((ingress) => blaming(ingress, () => schemeOf(ingress))).filter(Boolean))
  const [scheme = 'internal'] = schemes
  if (schemes.size < 2) return scheme
  throw new ModelError(
    `conflicting scheme: map[${[...schemes]
      .map((name) => `${name}:{}`)
      .toSorted()
      .join(' ')}]`,
  )
}

const certificatesOf = (ingress: V1Ingress, { protocol }: ListenPort): string[] => {
  if (protocol !== 'HTTPS') return []
  const certificate = certificateOf(ingress)
  if (!certificate) throw new ModelError(`no certificate found for host: ${ingress.spec?.rules?.[0]?.host ?? ''}`)
  return certificate.split(',').map((arn) => arn.trim())
}

/** The load balancer of a group; throws ModelError, and then nothing of the group changes. */
export const ingressModel = (group: string, members: readonly V1Ingress[], world: IngressWorld): Model => {
  const into: Collected = { targetGroups: new Map() }
  const listeners = new Map<number, Listener>()
  for (const ingress of members) {
    for (const listen of blaming(ingress, () => listenPortsOf(ingress))) {
      const listener = listeners.get(listen.port) ?? { ...listen, certificates: [], fallback: NOT_FOUND, rules: [] }
      listeners.set(listen.port, listener)
      blaming(ingress, () => {
        listener.certificates.push(...certificatesOf(ingress, listen))
        listener.rules.push(...rulesOf(ingress, world, into))
        const fallback = ingress.spec?.defaultBackend
        if (fallback) listener.fallback = actionOf(ingress, fallback, world, into)
      })
    }
  }
  const scheme = schemeOfGroup(members)
  const name = loadBalancerName(world.cluster, group, scheme)
  return {
    loadBalancer: { name, type: 'application', scheme },
    listeners: [...listeners.values()],
    targetGroups: [...into.targetGroups.values()],
  }
}
