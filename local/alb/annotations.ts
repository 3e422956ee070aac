import type { V1Ingress } from '@kubernetes/client-node'

/** Stops the whole group; the text is what the controller's event ends with. */
export class ModelError extends Error {}

const PREFIX = 'alb.ingress.kubernetes.io/'
const PROTOCOLS = ['HTTP', 'HTTPS'] as const

export type ListenPort = { protocol: (typeof PROTOCOLS)[number]; port: number }
export type HealthCheck = { path: string; intervalSeconds: number }

export const keyOf = (ingress: V1Ingress): string => `${ingress.metadata?.namespace}/${ingress.metadata?.name}`

export const annotation = (ingress: V1Ingress, name: string): string | undefined =>
  ingress.metadata?.annotations?.[PREFIX + name]

const integer = (ingress: V1Ingress, name: string, fallback: number): number => {
  const text = annotation(ingress, name)
  if (text === undefined) return fallback
  if (/^[+-]?\d+$/.test(text)) return Number(text)
  const why = `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`
  throw new ModelError(`failed to parse int32 annotation, ${PREFIX}${name}: ${text}: ${why}`)
}

/** Targets are pods by their addresses, or a port of every node. */
export type TargetType = 'ip' | 'instance'

export const targetTypeOf = (ingress: V1Ingress): TargetType => {
  const type = annotation(ingress, 'target-type') ?? 'instance'
  if (type !== 'ip' && type !== 'instance') throw new ModelError(`unknown targetType: ${type}`)
  return type
}

/** undefined where the Ingress leaves it to the others of its group. */
export const schemeOf = (ingress: V1Ingress): 'internal' | 'internet-facing' | undefined => {
  const scheme = annotation(ingress, 'scheme')
  if (scheme === undefined || scheme === 'internal' || scheme === 'internet-facing') return scheme
  throw new ModelError(`unknown scheme: ${scheme}`)
}

export const healthCheckOf = (ingress: V1Ingress): HealthCheck => ({
  path: annotation(ingress, 'healthcheck-path') ?? '/',
  intervalSeconds: integer(ingress, 'healthcheck-interval-seconds', 15),
})

export const certificateOf = (ingress: V1Ingress): string | undefined => annotation(ingress, 'certificate-arn')

const isListenPort = (entry: object): boolean =>
  Object.entries(entry).every(
    ([protocol, port]) =>
      PROTOCOLS.some((known) => known === protocol) && Number.isInteger(port) && port > 0 && port <= 65_535,
  )

export const listenPortsOf = (ingress: V1Ingress): ListenPort[] => {
  const text = annotation(ingress, 'listen-ports')
  if (text === undefined) {
    return certificateOf(ingress) ? [{ protocol: 'HTTPS', port: 443 }] : [{ protocol: 'HTTP', port: 80 }]
  }
  const broken = () => new ModelError(`failed to parse listen-ports configuration: \`${text}\``)
  let entries: unknown
  try {
    entries = JSON.parse(text)
  } catch {
    throw broken()
  }
  if (!Array.isArray(entries) || entries.length === 0 || !entries.every(isListenPort)) throw broken()
  return entries.flatMap((entry) => Object.entries(entry).map(([protocol, port]) => ({ protocol, port }) as ListenPort))
}
