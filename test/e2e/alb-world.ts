import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  type V1Ingress,
} from '@kubernetes/client-node'
import type { AwsFacts } from '../../local/aws/parts.ts'

type Named = { apiVersion: string; kind: string; metadata: { name: string; namespace: string } }

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 404

/** The cluster of KUBECONFIG and the stack's ELBv2, as a test looks at them. */
export const albWorld = ({ endpoint, region, root }: AwsFacts) => {
  const config = new KubeConfig()
  config.loadFromDefault()
  const objects = KubernetesObjectApi.makeApiClient(config)
  const core = config.makeApiClient(CoreV1Api)
  const elb = new ElasticLoadBalancingV2Client({ endpoint, region, credentials: root })

  const read = async <T extends KubernetesObject>(object: KubernetesObject): Promise<T | undefined> => {
    try {
      return (await objects.read(object as Named)) as unknown as T
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }
  const ingressOf = (namespace: string, name: string) =>
    read<V1Ingress>({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name, namespace } })

  return {
    create: (object: KubernetesObject) => objects.create(object),
    patch: (object: KubernetesObject) =>
      objects.patch(object, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch),
    remove: (object: KubernetesObject) => objects.delete(object),
    read,
    createNamespace: (name: string) => core.createNamespace({ body: { metadata: { name } } }),
    removeNamespace: (name: string) => core.deleteNamespace({ name }),
    ingressOf,
    hostnameOf: async (namespace: string, name: string) =>
      (await ingressOf(namespace, name))?.status?.loadBalancer?.ingress?.[0]?.hostname,
    finalizersOf: async (namespace: string, name: string) =>
      (await ingressOf(namespace, name))?.metadata?.finalizers ?? [],
    bindings: async (namespace: string) => {
      const list = await objects.list('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding', namespace)
      return list.items as (KubernetesObject & { spec: Record<string, unknown>; status?: Record<string, unknown> })[]
    },
    events: async (namespace: string, name: string, reason: string) => {
      const { items } = await core.listNamespacedEvent({ namespace })
      return items.filter((event) => event.involvedObject.name === name && event.reason === reason)
    },
    /** Rules by host, without the default one; undefined where no load balancer has this hostname. */
    rules: async (hostname: string) => {
      const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}))
      const arn = LoadBalancers.find(({ DNSName }) => DNSName === hostname)?.LoadBalancerArn
      if (!arn) return undefined
      const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: arn }))
      const found = await elb.send(new DescribeRulesCommand({ ListenerArn: Listeners[0]?.ListenerArn }))
      return new Map(
        (found.Rules ?? [])
          .filter(({ IsDefault }) => !IsDefault)
          .map(({ Conditions, Actions }) => [Conditions?.[0]?.HostHeaderConfig?.Values?.[0], Actions?.[0]] as const),
      )
    },
    targetGroups: async () => {
      const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}))
      return TargetGroups.map(({ TargetGroupName }) => TargetGroupName)
    },
    targets: async (group: unknown) => {
      const health = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: String(group) }))
      return health.TargetHealthDescriptions?.map(({ Target }) => `${Target?.Id}:${Target?.Port}`).toSorted()
    },
  }
}
