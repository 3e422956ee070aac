import type { Exposure } from '../config-schema.ts'
import { annotated, type Operation, type Patch, patch, rename } from './patch.ts'

/** What leads to an app: components of kustomize-base/, and what of them is this preview's. */

export type Exposed = {
  name: string
  expose: Exposure
  /** `undefined` when nothing leads to it. */
  host: string | undefined
  /** `undefined` when it has no path to ask. */
  health: string | undefined
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
export const exposurePatches = (app: Exposed, install: OverlayInstall, backend?: Backend): Patch[] => {
  switch (app.expose) {
    case 'ingress':
    case 'nodePort':
      return [patch({ kind: 'Ingress' }, ingress(app, install, backend))]
    case 'istio':
      return [patch({ kind: 'VirtualService' }, virtualService(app, install, backend))]
    case 'loadBalancer':
      // Kustomize refuses a patch that changes nothing.
      return Object.keys(install.loadBalancerAnnotations).length === 0
        ? []
        : [patch({ kind: 'Service' }, annotated(install.loadBalancerAnnotations))]
    default:
      return []
  }
}

const ingress = (app: Exposed, install: OverlayInstall, backend: Backend | undefined): Operation[] => [
  rename(app.name),
  { op: 'replace', path: '/spec/ingressClassName', value: install.ingressClass },
  { op: 'replace', path: '/spec/rules/0/host', value: app.host },
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
    ...(app.health === undefined ? {} : { 'alb.ingress.kubernetes.io/healthcheck-path': app.health }),
    ...install.ingressAnnotations,
    ...(app.expose === 'nodePort' ? { 'alb.ingress.kubernetes.io/target-type': 'instance' } : {}),
  }),
]

export const portOf = ({ port }: Backend): object => (typeof port === 'number' ? { number: port } : { name: port })

const virtualService = (app: Exposed, { istio }: OverlayInstall, backend: Backend | undefined): Operation[] => [
  rename(app.name),
  { op: 'replace', path: '/spec/hosts', value: [app.host] },
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
