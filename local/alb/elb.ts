import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  type ElasticLoadBalancingV2Client,
  type LoadBalancer as ElbLoadBalancer,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Existing, listenersOf, readStack, stackTags } from './elb-reading.ts'
import { applyRules, elbAction } from './elb-rules.ts'
import type { Model, TargetGroup } from './model.ts'

export type Network = { vpcId: string; subnetIds: string[] }
export type Applied = { hostname: string; arns: ReadonlyMap<string, string> }

const createTargetGroup = async (
  client: ElasticLoadBalancingV2Client,
  group: TargetGroup,
  stack: string,
  { vpcId }: Network,
): Promise<string> => {
  const health = { HealthCheckPath: group.healthCheck.path, HealthCheckProtocol: 'HTTP' as const }
  const { TargetGroups = [] } = await client.send(
    new CreateTargetGroupCommand({
      Name: group.name,
      Protocol: group.protocol,
      Port: group.defaultPort,
      VpcId: vpcId,
      TargetType: group.targetType,
      HealthCheckIntervalSeconds: group.healthCheck.intervalSeconds,
      ...(group.protocol === 'HTTP' && health),
      Tags: stackTags(stack),
    }),
  )
  return TargetGroups[0]?.TargetGroupArn ?? ''
}

const ensureTargetGroups = async (
  client: ElasticLoadBalancingV2Client,
  model: Model,
  { targetGroups }: Existing,
  stack: string,
  network: Network,
): Promise<Map<string, string>> => {
  const arns = new Map(
    targetGroups.map(({ TargetGroupName = '', TargetGroupArn = '' }) => [TargetGroupName, TargetGroupArn]),
  )
  for (const group of model.targetGroups) {
    if (!arns.has(group.name)) arns.set(group.name, await createTargetGroup(client, group, stack, network))
  }
  return arns
}

const ensureLoadBalancer = async (
  client: ElasticLoadBalancingV2Client,
  { loadBalancer }: Model,
  { loadBalancers }: Existing,
  stack: string,
  network: Network,
): Promise<ElbLoadBalancer> => {
  const present = loadBalancers.find(({ LoadBalancerName }) => LoadBalancerName === loadBalancer.name)
  if (present) return present
  const created = await client.send(
    new CreateLoadBalancerCommand({
      Name: loadBalancer.name,
      Type: loadBalancer.type,
      Scheme: loadBalancer.scheme,
      Subnets: network.subnetIds,
      Tags: stackTags(stack),
    }),
  )
  return created.LoadBalancers?.[0] ?? {}
}

const applyListeners = async (
  client: ElasticLoadBalancingV2Client,
  model: Model,
  balancer: string,
  arns: ReadonlyMap<string, string>,
): Promise<void> => {
  const present = await listenersOf(client, balancer)
  for (const { ListenerArn } of present.filter(({ Port }) => !model.listeners.some(({ port }) => port === Port))) {
    await client.send(new DeleteListenerCommand({ ListenerArn }))
  }
  for (const listener of model.listeners) {
    const settings = {
      DefaultActions: [elbAction(listener.fallback, arns)],
      ...(listener.certificates.length > 0 && {
        Certificates: listener.certificates.map((CertificateArn) => ({ CertificateArn })),
      }),
    }
    const known = present.find(({ Port }) => Port === listener.port)?.ListenerArn
    if (known) await client.send(new ModifyListenerCommand({ ListenerArn: known, ...settings }))
    const arn = known ?? (await createListener(client, balancer, listener, settings))
    await applyRules(client, arn, listener.rules, arns)
  }
}

const createListener = async (
  client: ElasticLoadBalancingV2Client,
  balancer: string,
  { port, protocol }: Model['listeners'][number],
  settings: Pick<ConstructorParameters<typeof CreateListenerCommand>[0], 'DefaultActions' | 'Certificates'>,
): Promise<string> => {
  const input = { LoadBalancerArn: balancer, Port: port, Protocol: protocol, ...settings }
  const { Listeners = [] } = await client.send(new CreateListenerCommand(input))
  return Listeners[0]?.ListenerArn ?? ''
}

/** Makes what the model wants. What it no longer wants but its rules just let go of is `sweep`'s. */
export const applyModel = async (
  client: ElasticLoadBalancingV2Client,
  stack: string,
  model: Model,
  network: Network,
): Promise<Applied> => {
  const existing = await readStack(client, stack)
  const arns = await ensureTargetGroups(client, model, existing, stack, network)
  const balancer = await ensureLoadBalancer(client, model, existing, stack, network)
  await applyListeners(client, model, balancer.LoadBalancerArn ?? '', arns)
  return { hostname: (balancer.DNSName ?? '').toLowerCase(), arns }
}

/** Deletes the stack's load balancers the model does not name; `undefined` wants none. */
export const sweepLoadBalancers = async (
  client: ElasticLoadBalancingV2Client,
  stack: string,
  model: Model | undefined,
): Promise<void> => {
  const { loadBalancers } = await readStack(client, stack)
  for (const { LoadBalancerArn = '', LoadBalancerName } of loadBalancers) {
    if (LoadBalancerName === model?.loadBalancer.name) continue
    for (const { ListenerArn = '' } of await listenersOf(client, LoadBalancerArn)) {
      await applyRules(client, ListenerArn, [], new Map())
      await client.send(new DeleteListenerCommand({ ListenerArn }))
    }
    await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
  }
}

/** Deletes the stack's target groups the model does not name; no rule and no binding may use them any more. */
export const sweepTargetGroups = async (
  client: ElasticLoadBalancingV2Client,
  stack: string,
  model: Model | undefined,
): Promise<void> => {
  const { targetGroups } = await readStack(client, stack)
  for (const { TargetGroupArn, TargetGroupName } of targetGroups) {
    if (model?.targetGroups.some(({ name }) => name === TargetGroupName)) continue
    await client.send(new DeleteTargetGroupCommand({ TargetGroupArn }))
  }
}
