import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsRequest,
  type ListResourceRecordSetsResponse,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53'
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3'
import type { AwsFacts } from '../aws/parts.ts'

/** One listener rule: a host's way through a load balancer to its target groups. */
export type Route = { loadBalancer: string; hosts: string[]; targetGroups: string[] }

/** Looks into the account as root, not with the action's own code and role. */
export const awsWitness = ({ endpoint, region, root, zoneId }: AwsFacts) => {
  const clients = { endpoint, region, credentials: root }
  const zone = new Route53Client(clients)
  const elb = new ElasticLoadBalancingV2Client(clients)
  const s3 = new S3Client({ ...clients, forcePathStyle: true })
  return {
    /** Records whose name holds the word, as `name TYPE value`. */
    records: async (word: string): Promise<string[]> =>
      (await recordSets(zone, zoneId))
        .filter(({ Name }) => Name?.includes(word))
        .map(recordText)
        .toSorted(),
    /** By load balancer's name; one without a route serves nobody. */
    routes: async (): Promise<Map<string, Route[]>> => {
      const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}))
      const found = new Map<string, Route[]>()
      for (const { LoadBalancerArn: arn, LoadBalancerName: name = '' } of LoadBalancers) {
        const rules = await rulesOf(elb, arn)
        found.set(
          name,
          rules.filter(({ IsDefault }) => !IsDefault).map((rule) => routeOf(name, rule)),
        )
      }
      return found
    },
    targetGroups: async (): Promise<string[]> => {
      const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}))
      return TargetGroups.map(({ TargetGroupArn = '' }) => TargetGroupArn)
    },
    /** A smoke report's page; undefined when it is not there. */
    reportAt: async ({ bucket, key }: { bucket: string; key: string }): Promise<string | undefined> => {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        return await Body?.transformToString()
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined
        throw error
      }
    },
    close: (): void => {
      for (const client of [zone, elb, s3]) client.destroy()
    },
  }
}

const recordSets = async (zone: Route53Client, HostedZoneId: string): Promise<ResourceRecordSet[]> => {
  const found: ResourceRecordSet[] = []
  let next: Pick<ListResourceRecordSetsRequest, 'StartRecordName' | 'StartRecordType'> | undefined = {}
  while (next) {
    const page: ListResourceRecordSetsResponse = await zone.send(
      new ListResourceRecordSetsCommand({ HostedZoneId, ...next }),
    )
    found.push(...(page.ResourceRecordSets ?? []))
    next = page.IsTruncated ? { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType } : undefined
  }
  return found
}

const recordText = ({ Name, Type, ResourceRecords = [], AliasTarget }: ResourceRecordSet): string =>
  [Name, Type, AliasTarget?.DNSName, ...ResourceRecords.map(({ Value }) => Value)].filter(Boolean).join(' ')

const rulesOf = async (elb: ElasticLoadBalancingV2Client, loadBalancer: string | undefined): Promise<Rule[]> => {
  const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: loadBalancer }))
  const rules: Rule[] = []
  for (const { ListenerArn } of Listeners) {
    rules.push(...((await elb.send(new DescribeRulesCommand({ ListenerArn }))).Rules ?? []))
  }
  return rules
}

const routeOf = (loadBalancer: string, { Conditions = [], Actions = [] }: Rule): Route => {
  const groups = Actions.flatMap(({ ForwardConfig, TargetGroupArn }) => [
    TargetGroupArn,
    ...(ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn),
  ])
  return {
    loadBalancer,
    hosts: Conditions.flatMap(({ HostHeaderConfig }) => HostHeaderConfig?.Values ?? []),
    targetGroups: groups.filter((arn) => arn !== undefined),
  }
}

export type AwsWitness = ReturnType<typeof awsWitness>
