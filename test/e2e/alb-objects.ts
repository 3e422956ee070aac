import type { V1EndpointSlice, V1Ingress, V1Service } from '@kubernetes/client-node'

const PREFIX = 'alb.ingress.kubernetes.io/'

/** A Service whose endpoints are written by hand: no pod is needed to see what the controller does. */
export const service = (namespace: string, name: string, spec: V1Service['spec'] = {}): V1Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { ports: [{ port: 80, targetPort: 8080 }], ...spec },
})

export const endpoints = (
  namespace: string,
  name: string,
  ready: string[],
  unready: string[] = [],
): V1EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-by-hand`, namespace, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ name: '', port: 8080 }],
  endpoints: [
    ...ready.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ...unready.map((address) => ({ addresses: [address], conditions: { ready: false } })),
  ],
})

export const ingress = (
  namespace: string,
  name: string,
  group: string,
  options: { annotations?: Record<string, string>; hosts?: string[]; backend?: string; className?: string } = {},
): V1Ingress => {
  const own = { 'target-type': 'ip', scheme: 'internet-facing', 'group.name': group, ...options.annotations }
  const backend = { service: { name: options.backend ?? name, port: { number: 80 } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace,
      annotations: Object.fromEntries(Object.entries(own).map(([key, value]) => [PREFIX + key, value])),
    },
    spec: {
      ingressClassName: options.className ?? 'alb',
      rules: (options.hosts ?? [`${name}.${group}.test`]).map((host) => ({
        host,
        http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
      })),
    },
  }
}
