import type { Exposure } from '../config-schema.ts'
import { annotated, type Operation, type Patch, patch, rename } from './patch.ts'

/** What leads to an app: components of kustomize-base/, and what of them is this preview's. */

export type Exposed = {
  name: string
  /** Its name in DNS, and the path that answers 2xx when it is ready; `undefined` when nothing leads to it. */
  address: { host: string; health: string } | undefined
  config: { expose: Exposure }
}

/** What the install decides for all previews. */
export type OverlayInstall = {
  ingressClass: string
  ingressGroup: string
  ingressAnnotations: Record<string, string>
  loadBalancerAnnotations: Record<string, string>
  istio: { gateway: string } | undefined
}

/** A Service and its port, as the object that leads there has to name them. */
export type Backend = { name: string; port: number | string }

const COMPONENTS: Record<Exposure, readonly string[]> = {
  ingress: ['ingress'],
  nodePort: ['ingress', 'node-port'],
  istio: ['istio'],
  loadBalancer: ['load-balancer'],
  none: [],
}

export const exposureComponents = (expose: Exposure): readonly string[] => COMPONENTS[expose]

/** `backend`: when it is not the base's own Service, whose name Kustomize knows. */
export const exposurePatches = (
  { name, address, config: { expose } }: Exposed,
  install: OverlayInstall,
  backend?: Backend,
): Patch[] => {
  if (address === undefined) return []
  if (expose === 'istio')
    return [patch({ kind: 'VirtualService' }, [rename(name), ...virtualService(address, install, backend)])]
  if (expose !== 'loadBalancer') {
    const isByNode = expose === 'nodePort' ? { 'alb.ingress.kubernetes.io/target-type': 'instance' } : {}
    return [patch({ kind: 'Ingress' }, [rename(name), ...ingress(address, install, backend), ...annotated(isByNode)])]
  }
  // Kustomize refuses a patch that changes nothing.
  return Object.keys(install.loadBalancerAnnotations).length === 0
    ? []
    : [patch({ kind: 'Service' }, annotated(install.loadBalancerAnnotations))]
}

type Address = NonNullable<Exposed['address']>

const ingress = ({ host, health }: Address, install: OverlayInstall, backend: Backend | undefined): Operation[] => [
  { op: 'replace', path: '/spec/ingressClassName', value: install.ingressClass },
  { op: 'replace', path: '/spec/rules/0/host', value: host },
  ...(backend === undefined
    ? []
    : [
        {
          op: 'replace' as const,
          path: '/spec/rules/0/http/paths/0/backend',
          value: { service: { name: backend.name, port: portOf(backend) } },
        },
      ]),
  ...annotated({
    'alb.ingress.kubernetes.io/group.name': install.ingressGroup,
    'alb.ingress.kubernetes.io/healthcheck-path': health,
    ...install.ingressAnnotations,
  }),
]

export const portOf = ({ port }: Backend): object => (typeof port === 'number' ? { number: port } : { name: port })

const virtualService = ({ host }: Address, { istio }: OverlayInstall, backend: Backend | undefined): Operation[] => [
  { op: 'replace', path: '/spec/hosts', value: [host] },
  { op: 'replace', path: '/spec/gateways', value: [istio?.gateway] },
  ...(backend === undefined
    ? []
    : [
        {
          op: 'replace' as const,
          path: '/spec/http/0/route/0/destination',
          value: { host: backend.name, port: portOf(backend) },
        },
      ]),
]
