import {
  DescribeLoadBalancersCommand,
  type DescribeLoadBalancersCommandInput,
  type DescribeLoadBalancersCommandOutput,
  type ElasticLoadBalancingV2Client,
  type LoadBalancer,
  LoadBalancerNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { awsFailure } from '../aws/failure.ts'
import { isCode } from '../errors.ts'
import type { Log } from '../log.ts'
import { albZoneIdOf } from './alb-zone-ids.ts'
import type { LoadBalancers } from './records.ts'

type Described = Pick<DescribeLoadBalancersCommandOutput, 'LoadBalancers' | 'NextMarker'>

const ACTION = 'elasticloadbalancing:DescribeLoadBalancers'

/** Build the client with `awsDefaults`, for the cluster's region. */
export const loadBalancers = (client: ElasticLoadBalancingV2Client, signal: AbortSignal, log: Log): LoadBalancers => {
  const describe = async (input: DescribeLoadBalancersCommandInput): Promise<Described> => {
    try {
      return await client.send(new DescribeLoadBalancersCommand(input), { abortSignal: signal })
    } catch (cause) {
      if (cause instanceof LoadBalancerNotFoundException) return { LoadBalancers: [] }
      throw awsFailure(cause, { action: ACTION, object: '*', signal })
    }
  }

  const find = async (hostname: string): Promise<LoadBalancer | undefined> => {
    const isIt = ({ DNSName }: LoadBalancer) => DNSName?.toLowerCase() === hostname
    let page = await describe({ Names: [nameOf(hostname)] })
    let found = page.LoadBalancers?.find(isIt)
    for (let marker: string | undefined = ''; !found && marker !== undefined; marker = page.NextMarker) {
      page = await describe({ PageSize: 400, ...(marker && { Marker: marker }) })
      found = page.LoadBalancers?.find(isIt)
    }
    return found
  }

  return {
    // The hostname is used as it is. The console writes `dualstack.` in front, which Classic Load Balancers need to
    // answer AAAA; those of ELBv2 answer both by their own name.
    aliasTarget: async (given) => {
      const hostname = given.toLowerCase()
      try {
        const zoneId = (await find(hostname))?.CanonicalHostedZoneId
        return zoneId === undefined ? undefined : { zoneId, dnsName: hostname }
      } catch (error) {
        const zoneId = isCode(error, 'AccessDenied') ? albZoneIdOf(hostname) : undefined
        if (zoneId === undefined) throw error
        log.warning(`${ACTION} is not allowed: using the published zone id of its region for ${hostname}`)
        return { zoneId, dnsName: hostname }
      }
    },
  }
}

/**
 * A load balancer's hostname begins with its name and a number, `internal-` in front when it is one; no name may begin
 * so. A wrong guess costs one call: the hostname is what is compared.
 */
const nameOf = (hostname: string): string =>
  (hostname.split('.')[0] ?? '').replace(/^internal-/, '').replace(/-[^-]*$/, '')
