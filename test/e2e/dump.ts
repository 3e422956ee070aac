import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import type { AwsFacts } from '../../local/aws/parts.ts'
import { kubectl } from '../../local/cluster/kubectl.ts'

/** What a preview may be made of, and what is made for it; events come and go by themselves. */
const KINDS =
  'all,configmaps,secrets,serviceaccounts,ingresses,networkpolicies,poddisruptionbudgets,persistentvolumeclaims,endpointslices,targetgroupbindings'

type Item = { kind: string; metadata: { name: string; uid: string; resourceVersion: string } }

/** Everything in the namespace, as `Kind/name uid resourceVersion`: equal lines mean that nothing was written. */
export const namespaceDump = async (namespace: string): Promise<string[]> => {
  const { items } = JSON.parse(await kubectl(['get', KINDS, '-n', namespace, '-o', 'json'])) as { items: Item[] }
  return items
    .map(({ kind, metadata }) => `${kind}/${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`)
    .sort()
}

/** The zone's records and the load balancers' objects, as sorted lines. */
export const awsDump = async ({ endpoint, region, root, zoneId }: AwsFacts): Promise<string[]> => {
  const client = { endpoint, region, credentials: root }
  const zone = await new Route53Client(client).send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId }))
  const elb = new ElasticLoadBalancingV2Client(client)
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}))
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}))
  const listeners = await Promise.all(
    LoadBalancers.map(({ LoadBalancerArn }) => elb.send(new DescribeListenersCommand({ LoadBalancerArn }))),
  )
  const rules = await Promise.all(
    listeners.flatMap(({ Listeners = [] }) =>
      Listeners.map(({ ListenerArn }) => elb.send(new DescribeRulesCommand({ ListenerArn }))),
    ),
  )
  return [
    ...(zone.ResourceRecordSets ?? []),
    ...LoadBalancers.map(({ LoadBalancerArn }) => LoadBalancerArn),
    ...TargetGroups.map(({ TargetGroupArn }) => TargetGroupArn),
    ...rules.flatMap(({ Rules = [] }) => Rules),
  ]
    .map((each) => JSON.stringify(each))
    .sort()
}
