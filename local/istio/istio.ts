import { execFile } from 'node:child_process'
import { CoreV1Api, CustomObjectsApi, DiscoveryV1Api, KubeConfig } from '@kubernetes/client-node'
import { isGone } from '../alb/kubernetes.ts'
import { addresses } from '../cluster/addresses.ts'
import { fresh } from '../front-door/fresh.ts'
import { progressTo } from '../install/progress.ts'
import { until } from '../stack/until.ts'
import { istioDefinitions } from './definitions.ts'
import { type Mesh, startIngressGateway } from './ingress-gateway.ts'
import type { Gateway, VirtualService } from './routes.ts'

const NAMESPACE = 'istio-system'
const GATEWAY = 'previews'
const SERVICE = 'istio-ingressgateway'
const DOMAIN = '*.preview.localhost'
const API = { group: 'networking.istio.io', version: 'v1' }
const FRESH_MS = 250
const SECONDS = 30

export type Istio = {
  /** As VirtualServices name it. */
  gateway: string
  /** Of the load balancer in front of it. */
  hostname: string
  close(): Promise<void>
}

/**
 * Istio as a platform team has it before the first preview: its definitions, one Gateway for all previews, and what answers
 * behind a network load balancer. It runs in this process, inside the stack, and leaves with `close`; one at a time.
 */
export const openIstio = async (): Promise<Istio> => {
  const definitions = await istioDefinitions(progressTo(process.stderr))
  await kubectl(['apply', '--server-side', '-f', definitions])
  await kubectl(['wait', '--for=condition=Established', '-f', definitions, `--timeout=${SECONDS}s`])
  const running = await startIngressGateway(addresses.node, meshReader())
  await kubectl(['apply', '-f', '-'], JSON.stringify(platform(running.port)))
  const address = [
    'get',
    `service/${SERVICE}`,
    '-n',
    NAMESPACE,
    '-o',
    'jsonpath={.status.loadBalancer.ingress[0].hostname}',
  ]
  return {
    gateway: `${NAMESPACE}/${GATEWAY}`,
    hostname: await until('the load balancer of Istio', SECONDS, () => kubectl(address)),
    close: async () => {
      await kubectl(['delete', 'service', SERVICE, '-n', NAMESPACE, '--ignore-not-found'])
      await kubectl(['delete', '-f', definitions, '--ignore-not-found'])
      await running.close()
    },
  }
}

const platform = (port: number): object => {
  const selector = { istio: 'ingressgateway' }
  const name = 'http2'
  const metadata = { name: SERVICE, namespace: NAMESPACE }
  const annotations = Object.entries({ 'nlb-target-type': 'ip', scheme: 'internet-facing' }).map(([key, value]) => [
    `service.beta.kubernetes.io/aws-load-balancer-${key}`,
    value,
  ])
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, annotations: Object.fromEntries(annotations) },
      // Without a selector: what answers is no pod here.
      spec: { type: 'LoadBalancer', ports: [{ name, port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': SERVICE } },
      addressType: 'IPv4',
      ports: [{ name, port }],
      endpoints: [{ addresses: [addresses.node], conditions: { ready: true } }],
    },
    {
      apiVersion: `${API.group}/${API.version}`,
      kind: 'Gateway',
      metadata: { name: GATEWAY, namespace: NAMESPACE },
      spec: { selector, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [DOMAIN] }] },
    },
  ]
  return { apiVersion: 'v1', kind: 'List', items }
}

const meshReader = (): (() => Promise<Mesh>) => {
  const config = new KubeConfig()
  config.loadFromDefault()
  const core = config.makeApiClient(CoreV1Api)
  const discovery = config.makeApiClient(DiscoveryV1Api)
  const custom = config.makeApiClient(CustomObjectsApi)
  const gateway = (): Promise<Gateway | undefined> =>
    custom
      .getNamespacedCustomObject({ ...API, plural: 'gateways', namespace: NAMESPACE, name: GATEWAY })
      .catch((error) => {
        if (!isGone(error)) throw error
      })
  const virtualServices = (): Promise<{ items: VirtualService[] }> =>
    custom.listClusterCustomObject({ ...API, plural: 'virtualservices' })
  const read = fresh(FRESH_MS, async (_: undefined): Promise<Mesh> => {
    const [given, led, services, slices] = await Promise.all([
      gateway(),
      virtualServices(),
      core.listServiceForAllNamespaces(),
      discovery.listEndpointSliceForAllNamespaces(),
    ])
    return { gateway: given, virtualServices: led.items, services: services.items, slices: slices.items }
  })
  return () => read(undefined)
}

const kubectl = (args: readonly string[], stdin = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile('kubectl', args, { timeout: 60_000 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    )
    child.stdin?.end(stdin)
  })
