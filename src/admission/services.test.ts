import { expect, test } from 'vitest'
import { judge } from './testing/sample.ts'

const beside = (spec: object) =>
  judge({
    more: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'db' }, spec: { selector: { app: 'db' }, ...spec } }],
  }).problems

test.each([
  [{ ports: [{ port: 5432 }] }],
  [{ type: 'ClusterIP', clusterIP: 'None', ports: [{ port: 5432 }] }],
  [{ ports: [{ port: 53 }, { port: 53, protocol: 'UDP' }] }],
])('%j is admitted', (spec) => expect(beside(spec)).toEqual([]))

test.each([
  [
    { type: 'LoadBalancer' },
    'spec.type is LoadBalancer, which would open the preview beside its Ingress',
    'write ClusterIP: the load balancer of the Ingress sends requests to the pods themselves',
  ],
  [
    { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] },
    'spec.type is NodePort, which would open the preview beside its Ingress',
    'write ClusterIP: the load balancer of the Ingress sends requests to the pods themselves',
  ],
  [
    { type: 'ExternalName', externalName: 'db.example' },
    'spec.type is ExternalName: db.example would get a name in the cluster from whoever writes a pull request',
    'give the app that host in its settings instead',
  ],
  [
    { externalIPs: ['203.0.113.1'] },
    'spec.externalIPs takes addresses of others',
    'remove it: the Ingress leads to the pods',
  ],
  [
    { clusterIP: '10.96.0.99' },
    'spec.clusterIP is 10.96.0.99: only one preview can have that address',
    'remove it: Kubernetes gives each its own',
  ],
  [
    { ports: [{ port: 80, nodePort: 30_080 }] },
    'spec.ports has a nodePort, which a Service of type ClusterIP cannot have',
    'remove it',
  ],
])('%j is refused', (spec, message, hint) =>
  expect(beside(spec)).toEqual([{ message: `Service/db: ${message}`, hint, file: 'k8s/Service.yaml' }]),
)
