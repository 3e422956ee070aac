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

/** Every load balancer with the rules of its listener on `port`; one without that listener has no rules. */
export const readBalancers = async (client: ElasticLoadBalancingV2Client, port: number): Promise<Balancer[]> => {
  const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({}))
  return Promise.all(
    LoadBalancers.map(async ({ LoadBalancerArn, DNSName = '' }) => {
      const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }))
      const listener = Listeners.find(({ Port }) => Port === port)
      const found = listener && (await client.send(new DescribeRulesCommand({ ListenerArn: listener.ListenerArn })))
      const rules = (found?.Rules ?? []).map(ruleOf).sort((one, other) => one.priority - other.priority)
      return { dnsName: `${DNSName.toLowerCase()}.`, rules }
    }),
  )
}

/** `address:port` of the group's targets. The emulator reports each as healthy: who is not ready is not registered. */
export const readTargets = async (client: ElasticLoadBalancingV2Client, group: string): Promise<string[]> => {
  const { TargetHealthDescriptions = [] } = await client.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: group }),
  )
  return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').map(
    ({ Target }) => `${Target?.Id}:${Target?.Port}`,
  )
}
