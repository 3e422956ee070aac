import type { V1Ingress, V1Service } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { ModelError } from './annotations.ts'
import { type IngressWorld, ingressModel } from './ingress-model.ts'

const service: V1Service = {
  metadata: { name: 'web', namespace: 'pr-1', uid: 'u1' },
  spec: { ports: [{ name: 'http', port: 80 }] },
}
const world: IngressWorld = { cluster: 'preview', services: [service], toleratesMissingService: true }

type Path = { path?: string; pathType: string }
type Shape = { name?: string; annotations?: Record<string, string>; backend?: string; port?: number; paths?: Path[] }
const ingress = ({ name = 'web', annotations = {}, backend = 'web', port = 80, paths }: Shape = {}): V1Ingress => ({
  metadata: {
    name,
    namespace: 'pr-1',
    annotations: Object.fromEntries(
      Object.entries({ 'target-type': 'ip', ...annotations }).map(([key, value]) => [
        `alb.ingress.kubernetes.io/${key}`,
        value,
      ]),
    ),
  },
  spec: {
    rules: [
      {
        host: `${name}.test`,
        http: {
          paths: (paths ?? [{ path: '/', pathType: 'Prefix' }]).map((path) => ({
            ...path,
            backend: { service: { name: backend, port: { number: port } } },
          })),
        },
      },
    ],
  },
})
const model = (shapes: Shape[], from: Partial<IngressWorld> = {}) =>
  ingressModel('preview', shapes.map(ingress), { ...world, ...from })
const rules = (...shapes: Shape[]) => model(shapes).listeners[0]?.rules ?? []

describe('A model', () => {
  test('has a rule for each host, in the order of the members', () => {
    expect(rules({ name: 'a' }, { name: 'b' })).toEqual([
      { hosts: ['a.test'], paths: ['/*'], action: { forward: expect.stringMatching(/^k8s-pr1-web-[0-9a-f]{10}$/) } },
      { hosts: ['b.test'], paths: ['/*'], action: { forward: expect.stringMatching(/^k8s-pr1-web-[0-9a-f]{10}$/) } },
    ])
  })

  test('tries exact paths first, then the longest', () => {
    const paths = [
      { path: '/', pathType: 'Prefix' },
      { path: '/api/', pathType: 'Prefix' },
      { path: '/x', pathType: 'Exact' },
    ]
    expect(rules({ paths }).map((rule) => rule.paths)).toEqual([['/x'], ['/api', '/api/*'], ['/*']])
  })

  test('has one target group for a Service port, however many use it', () => {
    expect(model([{ name: 'a' }, { name: 'b' }]).targetGroups).toMatchObject([
      {
        namespace: 'pr-1',
        service: 'web',
        port: 80,
        protocol: 'HTTP',
        healthCheck: { path: '/', intervalSeconds: 15 },
      },
    ])
  })

  test('leads to a port of every node where the target type is instance', () => {
    const ports = [{ name: 'http', port: 80, nodePort: 30_080 }]
    const services = [{ ...service, spec: { type: 'NodePort', ports } }]
    const [group] = model([{ annotations: { 'target-type': 'instance' } }], { services }).targetGroups
    expect(group).toMatchObject({ targetType: 'instance', defaultPort: 30_080, port: 80 })
    expect(group?.name).not.toBe(model([{}], { services }).targetGroups[0]?.name)
  })

  test('has another target group for another health check', () => {
    const before = model([{}]).targetGroups[0]?.name
    expect(model([{ annotations: { 'healthcheck-path': '/up' } }]).targetGroups[0]?.name).not.toBe(before)
  })

  test('answers 404 where no rule fits, and is internal unless a member says otherwise', () => {
    const { listeners, loadBalancer } = model([{}])
    expect(listeners).toMatchObject([{ port: 80, protocol: 'HTTP', fallback: { status: 404 } }])
    expect(loadBalancer).toMatchObject({ type: 'application', scheme: 'internal' })
    expect(loadBalancer.name).toMatch(/^k8s-preview-[0-9a-f]{10}$/)
    expect(model([{}, { annotations: { scheme: 'internet-facing' } }]).loadBalancer.scheme).toBe('internet-facing')
  })

  test('listens with HTTPS where there is a certificate', () => {
    const annotations = { 'certificate-arn': 'arn:1', 'listen-ports': '[{"HTTP": 80}, {"HTTPS": 443}]' }
    expect(model([{ annotations }]).listeners).toMatchObject([
      { port: 80, certificates: [] },
      { port: 443, protocol: 'HTTPS', certificates: ['arn:1'] },
    ])
  })

  test('answers 503 for a Service that is not there', () => {
    const { listeners, targetGroups } = model([{ backend: 'nosvc' }])
    expect(listeners[0]?.rules[0]?.action).toEqual({ status: 503, body: 'Backend service does not exist' })
    expect(targetGroups).toEqual([])
  })
})

describe('No model', () => {
  test.each<[string, Shape, string]>([
    [
      'an unknown target type',
      { annotations: { 'target-type': 'bogus' } },
      'ingress: pr-1/web: unknown targetType: bogus',
    ],
    [
      'listen-ports that are no JSON',
      { annotations: { 'listen-ports': '80' } },
      'ingress: pr-1/web: failed to parse listen-ports configuration: `80`',
    ],
    [
      'listen-ports of another protocol',
      { annotations: { 'listen-ports': '[{"TCP": 80}]' } },
      'ingress: pr-1/web: failed to parse listen-ports configuration: `[{"TCP": 80}]`',
    ],
    [
      'a number that is none',
      { annotations: { 'healthcheck-interval-seconds': 'abc' } },
      'ingress: pr-1/web: failed to parse int32 annotation, alb.ingress.kubernetes.io/healthcheck-interval-seconds: abc: strconv.ParseInt: parsing "abc": invalid syntax',
    ],
    [
      'instances as targets and a Service without a port on them',
      { annotations: { 'target-type': 'instance' } },
      "ingress: pr-1/web: TargetGroup port is empty. When using Instance targets, your service must be of type 'NodePort' or 'LoadBalancer'",
    ],
    ['a port the Service lacks', { port: 81 }, 'ingress: pr-1/web: unable to find port 81 on service pr-1/web'],
    [
      'HTTPS without a certificate',
      { annotations: { 'listen-ports': '[{"HTTPS": 443}]' } },
      'ingress: pr-1/web: no certificate found for host: web.test',
    ],
  ])('with %s', (_, shape, message) => {
    expect(() => model([{ name: 'good' }, shape])).toThrow(new ModelError(message))
  })

  test('with schemes in conflict', () => {
    const both = ['internal', 'internet-facing'].map((scheme) => ({ annotations: { scheme } }))
    expect(() => model(both)).toThrow('conflicting scheme: map[internal:{} internet-facing:{}]')
  })

  test('with a missing Service that is not tolerated', () => {
    const strict = { toleratesMissingService: false }
    expect(() => model([{ backend: 'nosvc' }], strict)).toThrow('ingress: pr-1/web: Service "nosvc" not found')
  })
})
