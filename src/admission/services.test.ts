import { describe, expect, test } from 'vitest'
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
    'write ClusterIP: the load balancer of the Ingress sends requests to the pods themselves; or say `expose: loadBalancer` for the app whose Service it is',
  ],
  [
    { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] },
    'spec.type is NodePort, which would open the preview beside its Ingress',
    'write ClusterIP: the load balancer of the Ingress sends requests to the pods themselves; or say `expose: nodePort` for the app whose Service it is',
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

describe.each([
  ['loadBalancer', 'LoadBalancer'],
  ['nodePort', 'NodePort'],
] as const)('with `expose: %s`', (expose, type) => {
  const exposed = (spec: object) =>
    judge(
      { Service: { spec } },
      { apps: [{ name: 'shop', service: 'web', port: 80, expose, ingress: undefined, images: [] }] },
    )

  test(`the app's own Service is of type ${type}, and a port that only one could have is left out`, () => {
    const { problems, warnings } = exposed({ type, ports: [{ name: 'http', port: 80, nodePort: 30_081 }] })
    expect(problems.filter(({ message }) => message.startsWith('Service'))).toEqual([])
    expect(warnings).toMatchObject([{ message: expect.stringContaining('has a nodePort, which is left out') }])
  })

  test('no other is', () => {
    const other = type === 'NodePort' ? 'LoadBalancer' : 'NodePort'
    expect(exposed({ type: other }).problems).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining(`spec.type is ${other}`) }),
    )
    expect(beside({ type })).toHaveLength(1)
  })
})

test('what load balancers of its own are like is not for a pull request to say', () => {
  const annotations = { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing' }
  expect(judge({ Service: { metadata: { annotations } } }).problems).toMatchObject([
    { hint: expect.stringContaining('load-balancer-annotations') },
  ])
})
