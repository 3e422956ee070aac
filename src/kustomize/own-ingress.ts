import { listOf, mapOf } from '../admission/fields.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { type OverlayInstall, portOf } from './exposure.ts'
import type { OwnOverlayApp } from './own-overlay.ts'

/** What the install decides for the Ingresses of all previews. */
export const installAnnotations = ({ ingressGroup, ingressAnnotations }: OverlayInstall): Record<string, string> => ({
  'alb.ingress.kubernetes.io/group.name': ingressGroup,
  'alb.ingress.kubernetes.io/scheme': 'internet-facing',
  // Straight to the pods: the only type that works on Fargate.
  'alb.ingress.kubernetes.io/target-type': 'ip',
  ...ingressAnnotations,
})

/** People's Ingress, at the app's host and the load balancer of all previews. */
export const exposed = (
  ingress: KubeObject,
  { address, config }: OwnOverlayApp,
  install: OverlayInstall,
  suffix: string,
): KubeObject => {
  if (address === undefined) return ingress
  const { host, health } = address
  const { metadata } = ingress
  const spec = mapOf(ingress.spec)
  const rules = listOf(spec.rules).map(mapOf)
  const hasPaths = rules.some(({ http }) => listOf(mapOf(http).paths).length > 0)
  return {
    ...ingress,
    metadata: {
      ...metadata,
      annotations: {
        'alb.ingress.kubernetes.io/healthcheck-path': health,
        ...metadata.annotations,
        ...installAnnotations(install),
        ...(config.expose === 'nodePort' ? { 'alb.ingress.kubernetes.io/target-type': 'instance' } : {}),
      },
    },
    spec: {
      ...spec,
      ingressClassName: install.ingressClass,
      rules: hasPaths
        ? rules.map((rule) => ({ ...rule, host }))
        : [{ host, http: everythingTo(config.service, suffix) }],
      // Without Secrets: the load balancer has certificates of its own.
      ...(spec.tls === undefined ? {} : { tls: [{ hosts: [host] }] }),
    },
  }
}

const everythingTo = ({ name, port }: OwnOverlayApp['config']['service'], suffix: string): object => ({
  paths: [
    { path: '/', pathType: 'Prefix', backend: { service: { name: `${name}${suffix}`, port: portOf({ name, port }) } } },
  ],
})
