import { describe, expect, test } from 'vitest'
import { judge } from './testing/sample.ts'

const annotated = (key: string, value: string, kind: 'Ingress' | 'Service' | 'Deployment' = 'Ingress') =>
  judge({ [kind]: { metadata: { annotations: { [key]: value } } } }).problems
const alb = (name: string, value: string, kind?: 'Ingress' | 'Service') =>
  annotated(`alb.ingress.kubernetes.io/${name}`, value, kind)

test.each([
  ['healthcheck-path', '/healthz?deep=1'],
  ['healthcheck-interval-seconds', '6'],
  ['success-codes', '200,204-299'],
  ['success-codes', '0-99'],
  ['healthcheck-port', '65535'],
  ['healthcheck-timeout-seconds', '14'],
  ['backend-protocol-version', 'GRPC'],
  ['target-group-attributes', 'stickiness.enabled=true,deregistration_delay.timeout_seconds=30'],
  // What the action would set itself.
  ['group.name', 'preview'],
])('%s: %s is admitted', (name, value) => {
  expect(alb(name, value)).toEqual([])
  expect(alb(name, value, 'Service')).toEqual([])
})

const SHARED = 'remove it from the kustomization of previews; the platform team sets it for all in ingress-annotations'

test.each([
  'group.name',
  'group.order',
  'load-balancer-name',
  'scheme',
  'subnets',
  'security-groups',
  'certificate-arn',
  'listen-ports',
  'inbound-cidrs',
  'ssl-redirect',
  'tags',
  'wafv2-acl-arn',
  'load-balancer-attributes',
  'auth-type',
  'target-type',
  'made-up',
])('%s is for the load balancer of all', (name) =>
  expect(alb(name, '1')).toEqual([
    {
      message: `Ingress/web: metadata.annotations: alb.ingress.kubernetes.io/${name} is for the load balancer that all previews share`,
      hint: SHARED,
      file: 'k8s/Ingress.yaml',
    },
  ]),
)

test.each([
  ['healthcheck-interval-seconds', 'abc', 'a number from 5 to 300'],
  ['healthcheck-interval-seconds', '4', 'a number from 5 to 300'],
  ['healthy-threshold-count', '11', 'a number from 2 to 10'],
  ['healthcheck-path', 'healthz', 'a path'],
  ['healthcheck-port', 'http', 'traffic-port or a port number'],
  ['healthcheck-port', '65536', 'traffic-port or a port number'],
  ['success-codes', '200-599', 'codes such as 200,204 or 200-299'],
  ['success-codes', '299-200', 'codes such as 200,204 or 200-299'],
  ['success-codes', '12,200', 'codes such as 200,204 or 200-299'],
  ['success-codes', '2xx', 'codes such as 200,204 or 200-299'],
  ['backend-protocol', 'TCP', 'HTTP or HTTPS'],
  ['target-group-attributes', 'lambda.multi_value_headers.enabled=true', 'attributes such as stickiness.enabled=true'],
  ['target-group-attributes', 'stickiness.enabled=true,slow_start.duration_seconds=7', 'attributes such as'],
  ['target-group-attributes', '', 'attributes such as'],
])('%s: %s would stop the changes of all previews', (name, value, want) =>
  expect(alb(name, value, 'Service')).toEqual([
    {
      message: `Service/web: metadata.annotations: alb.ingress.kubernetes.io/${name} is ${value}`,
      hint: expect.stringMatching(`^write ${want}`),
      file: 'k8s/Service.yaml',
    },
  ]),
)

describe('a health check that lasts until the next one', () => {
  const timed = (kind: 'Ingress' | 'Service', annotations: Record<string, string>, install = {}) => {
    const named = Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [
        `alb.ingress.kubernetes.io/healthcheck-${key}-seconds`,
        value,
      ]),
    )
    return judge({ [kind]: { metadata: { annotations: named } } }, install).problems
  }
  const INTERVAL = 'alb.ingress.kubernetes.io/healthcheck-interval-seconds'
  const said = (kind: string, timeout: number, interval: number) => ({
    message: `${kind}/web: metadata.annotations: alb.ingress.kubernetes.io/healthcheck-timeout-seconds is ${timeout}, and healthcheck-interval-seconds is ${interval}: AWS wants the answer before it asks again`,
    hint: 'lower the one or raise the other',
    file: `k8s/${kind}.yaml`,
  })

  test('is refused', () => {
    expect(timed('Ingress', { timeout: '15' })).toEqual([said('Ingress', 15, 15)])
    expect(timed('Ingress', { interval: '5' })).toEqual([said('Ingress', 5, 5)])
    expect(timed('Service', { timeout: '20', interval: '10' })).toEqual([said('Service', 20, 10)])
  })

  test('is judged with what the install sets, and not where it is unknown', () => {
    const ingressAnnotations = { 'alb.ingress.kubernetes.io/group.name': 'preview', [INTERVAL]: '60' }
    expect(timed('Ingress', { timeout: '20' }, { ingressAnnotations })).toEqual([])
    expect(timed('Ingress', { timeout: '20', interval: '30' })).toEqual([])
    expect(timed('Service', { timeout: '20' })).toEqual([])
  })
})

test.each([
  [
    'kubernetes.io/ingress.class',
    'Ingress' as const,
    'goes past the IngressClass and what it demands',
    'remove it: the action sets the class',
  ],
  [
    'external-dns.alpha.kubernetes.io/hostname',
    'Service' as const,
    'asks for DNS names of its own',
    'remove it: the action gives each app its name',
  ],
])('%s is refused', (key, kind, message, hint) =>
  expect(annotated(key, 'x', kind)).toEqual([
    { message: `${kind}/web: metadata.annotations: ${key} ${message}`, hint, file: `k8s/${kind}.yaml` },
  ]),
)

test('on other kinds nobody reads them', () =>
  expect(annotated('alb.ingress.kubernetes.io/group.name', 'theirs', 'Deployment')).toEqual([]))

describe('actions', () => {
  const forward = (target: object) => ({ type: 'forward', forwardConfig: { targetGroups: [target] } })
  const action = (value: unknown) => alb('actions.old', typeof value === 'string' ? value : JSON.stringify(value))

  test.each([
    forward({ serviceName: 'web', servicePort: 80 }),
    forward({ serviceName: 'web', servicePort: '80', weight: 20 }),
    forward({ serviceName: 'web', servicePort: 'http' }),
    { type: 'redirect', redirectConfig: { path: '/new', statusCode: 'HTTP_302' } },
    {
      type: 'fixed-response',
      fixedResponseConfig: { contentType: 'text/plain', statusCode: '503', messageBody: 'soon' },
    },
  ])('%j is admitted', (value) => expect(action(value)).toEqual([]))

  test.each([
    [forward({ targetGroupARN: 'arn:aws:elasticloadbalancing:…' }), /forwardConfig.targetGroups.0/],
    [{ type: 'forward', targetGroupARN: 'arn:aws:elasticloadbalancing:…' }, /forwardConfig/],
    [forward({ serviceName: 'theirs', servicePort: 80 }), /names the Service theirs, which is not in the build$/],
    [forward({ serviceName: 'web', servicePort: 81 }), /names the port 81, which Service\/web does not have$/],
    [{ type: 'redirect', redirectConfig: { statusCode: '301' } }, /redirectConfig.statusCode/],
    [{ type: 'redirect', redirectConfig: { path: 'new', statusCode: 'HTTP_302' } }, /redirectConfig.path/],
    [{ type: 'redirect', redirectConfig: { port: 'http', statusCode: 'HTTP_302' } }, /redirectConfig.port/],
    [{ type: 'redirect', redirectConfig: { port: '#{port}', statusCode: 'HTTP_302' } }, /leads back to itself/],
    [{ type: 'authenticate-oidc' }, /type/],
    ['{ type: forward }', /is not JSON/],
  ])('%j is refused', (value, message) => {
    const [problem, ...more] = action(value)
    expect(problem?.message).toMatch(message)
    expect(problem?.message).toMatch(/^Ingress\/web: metadata.annotations: alb.ingress.kubernetes.io\/actions.old/)
    expect(problem?.hint).toBeTruthy()
    expect(more).toEqual([])
  })
})

describe('conditions', () => {
  const condition = (value: unknown) => alb('conditions.web', JSON.stringify(value))

  test.each([
    [[{ field: 'path-pattern', pathPatternConfig: { values: ['/a'] } }]],
    [[{ field: 'http-header', httpHeaderConfig: { httpHeaderName: 'x-canary', values: ['yes'] } }]],
    [[{ field: 'query-string', queryStringConfig: { values: [{ key: 'a', value: 'b' }] } }]],
  ])('%j is admitted', (value) => expect(condition(value)).toEqual([]))

  test.each([
    [[{ field: 'host-header', hostHeaderConfig: { values: ['theirs.example'] } }]],
    [{ field: 'path-pattern' }],
    [[{ field: 'path-pattern', pathPatternConfig: { values: ['/(a|b)'] } }]],
    [[{ field: 'http-header', httpHeaderConfig: { httpHeaderName: 'Host', values: ['theirs.example'] } }]],
    [[{ field: 'http-header', httpHeaderConfig: { httpHeaderName: 'x', values: ['a'.repeat(129)] } }]],
    [[{ field: 'http-request-method', httpRequestMethodConfig: { values: ['get'] } }]],
    [[{ field: 'source-ip', sourceIPConfig: { values: ['10.0.0.1'] } }]],
  ])('%j is refused', (value) =>
    expect(condition(value)).toEqual([
      {
        message: expect.stringMatching(
          /^Ingress\/web: metadata.annotations: alb.ingress.kubernetes.io\/conditions.web: \S/,
        ),
        hint: 'correct it; a condition on the host is not for previews',
        file: 'k8s/Ingress.yaml',
      },
    ]),
  )
})
