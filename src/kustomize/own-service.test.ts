import { expect, test } from 'vitest'
import type { KubeObject } from '../cluster/cluster.ts'
import type { Exposure } from '../config-schema.ts'
import { exposedService } from './own-service.ts'

const SCHEME = 'service.beta.kubernetes.io/aws-load-balancer-scheme'
const install = {
  ingressClass: 'alb',
  ingressGroup: 'preview',
  ingressAnnotations: {},
  loadBalancerAnnotations: { [SCHEME]: 'internal' },
  istio: undefined,
}
const service = (type?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web-abc', annotations: { 'example.com/a': 'b' } },
  spec: {
    ...(type && { type }),
    selector: { app: 'web' },
    ports: [{ port: 8080, nodePort: 30_081, targetPort: 8081 }],
  },
})
const exposed = (expose: Exposure, type?: string) =>
  exposedService(service(type), { name: 'web', address: { host: 'h', health: '/' }, config: { expose } }, install)
const ports = [{ port: 8080, targetPort: 8081 }]

test('a load balancer of its own is that of the AWS Load Balancer Controller, as the install wants it', () => {
  for (const type of ['LoadBalancer', undefined])
    expect(exposed('loadBalancer', type)).toMatchObject({
      metadata: {
        annotations: {
          'example.com/a': 'b',
          [SCHEME]: 'internal',
          'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
        },
      },
      spec: { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', selector: { app: 'web' }, ports },
    })
})

test('a port of every node is one that Kubernetes gives', () => {
  expect(exposed('nodePort').spec).toEqual({ type: 'NodePort', selector: { app: 'web' }, ports })
})

test.each(['ingress', 'istio', 'none'] as const)('%s leaves it as it is', (expose) =>
  expect(exposed(expose)).toEqual(service()),
)
