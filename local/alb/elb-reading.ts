import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
  type Listener,
  type LoadBalancer,
  type Rule,
  type Tag,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2'

const STACK_TAG = 'elbv2.k8s.aws/stack'

/** How a stack's load balancers and target groups are found again. */
export const stackTags = (stack: string): Tag[] => [{ Key: STACK_TAG, Value: stack }]

/** What of a stack exists in ELBv2. */
export type Existing = { loadBalancers: LoadBalancer[]; targetGroups: TargetGroup[] }

const tagged = async (client: ElasticLoadBalancingV2Client, stack: string, arns: string[]): Promise<Set<string>> => {
  if (arns.length === 0) return new Set()
  const { TagDescriptions = [] } = await client.send(new DescribeTagsCommand({ ResourceArns: arns }))
  const own = TagDescriptions.filter(({ Tags }) => Tags?.some(({ Key, Value }) => Key === STACK_TAG && Value === stack))
  return new Set(own.map(({ ResourceArn = '' }) => ResourceArn))
}

export const readStack = async (client: ElasticLoadBalancingV2Client, stack: string): Promise<Existing> => {
  const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({}))
  const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({}))
  const balancers = LoadBalancers.map(({ LoadBalancerArn = '' }) => LoadBalancerArn)
  const groups = TargetGroups.map(({ TargetGroupArn = '' }) => TargetGroupArn)
  const own = await tagged(client, stack, [...balancers, ...groups])
  return {
    loadBalancers: LoadBalancers.filter(({ LoadBalancerArn = '' }) => own.has(LoadBalancerArn)),
    targetGroups: TargetGroups.filter(({ TargetGroupArn = '' }) => own.has(TargetGroupArn)),
  }
}

export const listenersOf = async (client: ElasticLoadBalancingV2Client, arn: string): Promise<Listener[]> =>
  (await client.send(new DescribeListenersCommand({ LoadBalancerArn: arn }))).Listeners ?? []

/** Without the default rule. */
export const rulesOf = async (client: ElasticLoadBalancingV2Client, listener: string): Promise<Rule[]> =>
  ((await client.send(new DescribeRulesCommand({ ListenerArn: listener }))).Rules ?? []).filter(
    (rule) => !rule.IsDefault,
  )
