import type { V1Service } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { ModelError } from './annotations.ts'
import { isBalanced, LOAD_BALANCER_CLASS, serviceModel } from './service-model.ts'
import { serviceMutation } from './service-webhook.ts'

type Shape = {
  annotations?: Record<string, string>
  spec?: V1Service['spec']
  deleted?: boolean
}
const service = ({ annotations = {}, spec = {}, deleted = false }: Shape = {}): V1Service => ({
  metadata: {
    name: 'loadbalancer',
    namespace: 'pr-1',
    uid: 'u1',
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, value]) => [
        `service.beta.kubernetes.io/aws-load-balancer-${name}`,
        value,
      ]),
    ),
    ...(deleted && { deletionTimestamp: new Date() }),
  },
  spec: { type: 'LoadBalancer', ports: [{ port: 8080, nodePort: 30081 }], ...spec },
})
const own = { loadBalancerClass: LOAD_BALANCER_CLASS }

test.each<[string, Shape, boolean]>([
  ['of our class', { spec: own }, true],
  ['of another class', { spec: { loadBalancerClass: 'example.com/lb' }, annotations: { type: 'nlb-ip' } }, false],
  ['without class or annotation', {}, false],
  ['annotated nlb-ip', { annotations: { type: 'nlb-ip' } }, true],
  [
    'annotated external, with a target type',
    { annotations: { type: 'external', 'nlb-target-type': 'instance' } },
    true,
  ],
  ['annotated external alone', { annotations: { type: 'external' } }, false],
  ['of our class, of another type', { spec: { ...own, type: 'NodePort' } }, false],
  ['that is being deleted', { spec: own, deleted: true }, false],
])('a Service %s is balanced: %3$s', (_, shape, balanced) => {
  expect(isBalanced(service(shape))).toBe(balanced)
})

test.each<[string, V1Service['spec'], object[]]>([
  ['a load balancer of nobody’s becomes ours', { type: 'LoadBalancer' }, [expect.objectContaining({ op: 'add' })]],
  ['one with a class stays as it is', { type: 'LoadBalancer', loadBalancerClass: 'example.com/lb' }, []],
  ['another Service stays as it is', { type: 'NodePort' }, []],
])('when it is created, %s', async (_, spec, patch) => {
  const [mutate] = Object.values(serviceMutation)
  expect(await mutate?.({ namespace: 'pr-1', object: { spec } })).toEqual(patch)
})

describe('A network load balancer', () => {
  const model = (shape: Shape = {}) => serviceModel(service({ ...shape, spec: { ...own, ...shape.spec } }), 'preview')

  test('is internal, with a listener and a target group for each port, whose targets are nodes', () => {
    const ports = [
      { name: 'http', port: 80, nodePort: 30_080 },
      { name: 'tls', port: 443, nodePort: 30_443 },
    ]
    const { loadBalancer, listeners, targetGroups } = model({ spec: { ports } })
    expect(loadBalancer).toEqual({
      name: expect.stringMatching(/^k8s-pr1-loadbala-[0-9a-f]{10}$/),
      type: 'network',
      scheme: 'internal',
    })
    expect(listeners.map(({ port, protocol }) => [port, protocol])).toEqual([
      [80, 'TCP'],
      [443, 'TCP'],
    ])
    expect(targetGroups).toMatchObject([
      { port: 80, targetType: 'instance', defaultPort: 30_080 },
      { port: 443, targetType: 'instance', defaultPort: 30_443 },
    ])
    expect(listeners.map(({ fallback }) => fallback)).toEqual(targetGroups.map(({ name }) => ({ forward: name })))
  })

  test('leads to pods and is open to the internet when that is asked for', () => {
    const { loadBalancer, targetGroups } = model({
      annotations: { 'nlb-target-type': 'ip', scheme: 'internet-facing' },
    })
    expect(loadBalancer.scheme).toBe('internet-facing')
    expect(targetGroups).toMatchObject([{ targetType: 'ip', defaultPort: 1 }])
    expect(loadBalancer.name).not.toBe(model().loadBalancer.name)
  })

  test.each<[string, Shape, string]>([
    ['an unknown scheme', { annotations: { scheme: 'public' } }, 'unknown scheme: public'],
    [
      'nodes as targets and no port of theirs',
      { spec: { ports: [{ port: 80 }], allocateLoadBalancerNodePorts: false } },
      'unable to support instance target type with an unallocated NodePort',
    ],
  ])('is refused with %s', (_, shape, message) => {
    expect(() => model(shape)).toThrow(new ModelError(message))
  })
})
