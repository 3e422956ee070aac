import type { V1EndpointSlice, V1Node, V1Service, V1ServicePort } from '@kubernetes/client-node'

/** `address` is what ELB knows it by: of a node that is its instance id. */
export type Target = { address: string; port: number }

/** By its name in a namespace. */
export const serviceNamed = (
  services: readonly V1Service[],
  namespace: string | undefined,
  name: string | undefined,
): V1Service | undefined =>
  services.find(({ metadata }) => metadata?.namespace === namespace && metadata?.name === name)

export const portOf = (service: V1Service, port: number | string): V1ServicePort | undefined =>
  service.spec?.ports?.find((candidate) => candidate.port === port || candidate.name === port)

/** The ready addresses behind one port of a Service, sorted; undefined where the Service has no such port. */
export const readyTargets = (
  service: V1Service,
  port: number | string,
  slices: readonly V1EndpointSlice[],
): Target[] | undefined => {
  const { namespace, name } = service.metadata ?? {}
  const found = portOf(service, port)
  if (!found) return undefined
  const own = slices.filter(
    ({ metadata }) => metadata?.namespace === namespace && metadata?.labels?.['kubernetes.io/service-name'] === name,
  )
  const targets = own.flatMap((slice) => {
    // A slice's ports carry the names of the Service's ports; the only port of a Service has none.
    const number = slice.ports?.find((candidate) => (candidate.name ?? '') === (found.name ?? ''))?.port
    if (!number) return []
    const ready = (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false)
    return ready.flatMap(({ addresses }) => addresses.map((address) => ({ address, port: number })))
  })
  return targets.toSorted((one, other) => (one.address < other.address ? -1 : 1))
}

const isReady = ({ status }: V1Node): boolean =>
  status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false

/** A port of every node that is ready, whether a pod of the Service is behind it or not; undefined where it has no such port. */
export const nodeTargets = (
  service: V1Service,
  port: number | string,
  nodes: readonly V1Node[],
): Target[] | undefined => {
  const found = portOf(service, port)
  if (!found) return undefined
  if (!found.nodePort) return []
  const number = found.nodePort
  return nodes.filter(isReady).flatMap(({ spec }) => {
    const instance = /^aws:\/\/\/[a-z0-9-]+\/(i-[0-9a-f]+)$/.exec(spec?.providerID ?? '')?.[1]
    return instance === undefined ? [] : [{ address: instance, port: number }]
  })
}
