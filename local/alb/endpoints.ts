import type { V1EndpointSlice, V1Service } from '@kubernetes/client-node'

export type Target = { address: string; port: number }

/** The ready addresses behind one port of a Service, sorted; undefined where the Service has no such port. */
export const readyTargets = (
  service: V1Service,
  port: number | string,
  slices: readonly V1EndpointSlice[],
): Target[] | undefined => {
  const { namespace, name } = service.metadata ?? {}
  const found = service.spec?.ports?.find((candidate) => candidate.port === port || candidate.name === port)
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
