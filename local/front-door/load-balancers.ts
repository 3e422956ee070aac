import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  type Rule as ElbRule,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Action, Balancer, Rule } from './routing.ts'

const actionOf = (rule: ElbRule): Action => {
  const action = rule.Actions?.[0]
  const fixed = action?.FixedResponseConfig
  if (fixed) {
    return {
      kind: 'fixed',
      status: Number(fixed.StatusCode),
      contentType: fixed.ContentType ?? 'text/plain',
      body: fixed.MessageBody ?? '',
    }
  }
  const group = action?.TargetGroupArn ?? action?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn ?? ''
  return { kind: 'forward', group }
}

const valuesOf = (rule: ElbRule, field: string): string[] => {
  const condition = rule.Conditions?.find(({ Field }) => Field === field)
  const config = field === 'host-header' ? condition?.HostHeaderConfig : condition?.PathPatternConfig
  return config?.Values ?? condition?.Values ?? []
}

const ruleOf = (rule: ElbRule): Rule => ({
  priority: rule.IsDefault ? Number.POSITIVE_INFINITY : Number(rule.Priority),
  hosts: valuesOf(rule, 'host-header'),
  paths: valuesOf(rule, 'path-pattern'),
  action: actionOf(rule),
})

/** Every load balancer with the rules of its listeners. */
export const readBalancers = async (client: ElasticLoadBalancingV2Client): Promise<Balancer[]> => {
  const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({}))
  return Promise.all(
    LoadBalancers.map(async ({ LoadBalancerArn, DNSName = '', Type }) => {
      const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }))
      const listeners = Listeners.map(async ({ ListenerArn, Port = 0 }) => {
        const { Rules = [] } = await client.send(new DescribeRulesCommand({ ListenerArn }))
        return { port: Port, rules: Rules.map(ruleOf).sort((one, other) => one.priority - other.priority) }
      })
      return {
        dnsName: `${DNSName.toLowerCase()}.`,
        type: Type === 'network' ? ('network' as const) : ('application' as const),
        listeners: await Promise.all(listeners),
      }
    }),
  )
}

export type Target = { host: string; port: number }

/**
 * Where the group's targets are; `instances` are the addresses of the cluster's nodes by their instance id. The emulator
 * reports each target as healthy: a pod that is not ready is not registered, and whether a node's port answers is not asked.
 */
export const readTargets = async (
  client: ElasticLoadBalancingV2Client,
  group: string,
  instances: Readonly<Record<string, string>>,
): Promise<Target[]> => {
  const { TargetHealthDescriptions = [] } = await client.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: group }),
  )
  return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').map(
    ({ Target: { Id = '', Port = 0 } = { Id: '' } }) => ({ host: instances[Id] ?? Id, port: Port }),
  )
}
