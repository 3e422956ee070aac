import http from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { appImage } from '../../local/images/build.ts'
import { until } from '../../local/stack/until.ts'
import { type Home, openHome } from './home.ts'

// What stands before the pods here, as the AWS Load Balancer Controller and AWS would have it: from the name to the pod.

const SECONDS = 30
let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

const workload = (name: string, replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'app', image: appImage, env: [{ name: 'APP', value: name }] }] },
    },
  },
})
const apply = async (...items: object[]): Promise<void> => {
  await kubectl(['apply', '-n', home.namespace, '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
}
const hostnameOf = (object: string): Promise<string> =>
  until(`the hostname of ${object}`, SECONDS, () =>
    kubectl(['get', object, '-n', home.namespace, '-o', 'jsonpath={.status.loadBalancer.ingress[0].hostname}']),
  )
const point = async (label: string, target: string, HostedZoneId: string): Promise<string> => {
  const host = `${label}.${home.domain}`
  const AliasTarget = { HostedZoneId, DNSName: target, EvaluateTargetHealth: false }
  await home.addRecords({ Name: host, Type: 'A', AliasTarget })
  return host
}
/** The name of the pod that answers on a connection of its own. */
const pod = async (url: string): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  http.get(`${url}/healthz`, { agent: false }, resolve).on('error', reject)
  return JSON.parse(await text(await promise)).host
}
const podsAt = async (url: string, wanted: number): Promise<string[]> => {
  const seen = new Set<string>()
  await until(`${wanted} pods at ${url}`, SECONDS, async () => seen.add(await pod(url)).size === wanted)
  return [...seen]
}

const ANNOTATIONS = 'service.beta.kubernetes.io/aws-load-balancer'

test('Services of type LoadBalancer answer by their records, side by side, on one port, and are gone with their load balancers', async () => {
  const service = (name: string, targets: 'ip' | 'instance') => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, annotations: { [`${ANNOTATIONS}-nlb-target-type`]: targets } },
    spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 8080, targetPort: 3000 }] },
  })
  await apply(workload('pods', 2), service('pods', 'ip'), workload('nodes', 2), service('nodes', 'instance'))
  const [pods, nodes] = await Promise.all(['pods', 'nodes'].map((name) => hostnameOf(`service/${name}`)))
  expect(pods).toMatch(/^k8s-refuse\w+-pods-\w+-\w+\.elb\.us-east-1\.amazonaws\.com$/)
  const urls = [
    `http://${await point('pods', pods ?? '', 'Z26RNL4JYFTOTI')}:8080`,
    `http://${await point('nodes', nodes ?? '', 'Z26RNL4JYFTOTI')}:8080`,
  ]
  for (const [index, name] of ['pods', 'nodes'].entries()) {
    const found = await podsAt(urls[index] ?? '', 2)
    expect(found).toEqual([expect.stringMatching(`^${name}-`), expect.stringMatching(`^${name}-`)])
  }
  const classes = ['get', 'services', '-n', home.namespace, '-o', 'jsonpath={.items[*].spec.loadBalancerClass}']
  expect(await kubectl(classes)).toBe('service.k8s.aws/nlb service.k8s.aws/nlb')

  await kubectl(['delete', 'service', 'pods', 'nodes', '-n', home.namespace])
  expect((await home.dump()).filter((line) => /loadbalancer|targetgroup/i.test(line))).toEqual([])
  await expect(pod(urls[0] ?? '')).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

test('a Service of another load balancer’s class is left to it', async () => {
  const spec = { type: 'LoadBalancer', loadBalancerClass: 'example.com/lb', ports: [{ port: 80 }] }
  await apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'foreign' }, spec })
  // One of ours that comes after it is served: it has been seen by then.
  const ours = { type: 'LoadBalancer', ports: [{ port: 80 }] }
  await apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'own' }, spec: ours })
  await hostnameOf('service/own')
  const foreign = JSON.parse(await kubectl(['get', 'service', 'foreign', '-n', home.namespace, '-o', 'json']))
  expect([foreign.metadata.finalizers, foreign.status]).toEqual([undefined, { loadBalancer: {} }])
})

test('an Ingress whose targets are instances reaches the pods through a port of the node', async () => {
  const host = `instance.${home.domain}`
  const backend = { service: { name: 'node-port', port: { number: 80 } } }
  const service = (type: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'node-port' },
    spec: { type, selector: { app: 'node-port' }, ports: [{ port: 80, targetPort: 3000 }] },
  })
  await apply(workload('node-port', 2), service('ClusterIP'), {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: 'node-port',
      annotations: {
        'alb.ingress.kubernetes.io/target-type': 'instance',
        'alb.ingress.kubernetes.io/scheme': 'internet-facing',
      },
    },
    spec: {
      ingressClassName: 'alb',
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  })
  const message =
    "Failed build model due to ingress: .*: TargetGroup port is empty. When using Instance targets, your service must be of type 'NodePort' or 'LoadBalancer'"
  await until('the refusal of a ClusterIP Service', SECONDS, async () => {
    const events = await kubectl(['get', 'events', '-n', home.namespace, '-o', 'jsonpath={.items[*].message}'])
    return new RegExp(message).test(events)
  })
  await apply(service('NodePort'))
  const hostname = await hostnameOf('ingress/node-port')
  await point('instance', hostname, 'Z35SXDOTRQ7X7K')
  const { publicPort } = home.stack
  await until('an answer', SECONDS, async () => (await pod(`http://${host}:${publicPort}`)).startsWith('node-port-'))
  const targets = ['-o', 'jsonpath={.items[*].spec.targetType} {.items[*].status.observedGeneration}']
  expect(await kubectl(['get', 'targetgroupbindings', '-n', home.namespace, ...targets])).toContain('instance')
})
