import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterEach, expect, test } from 'vitest'
import { type Asked, type Reply, scriptedAws, xmlError } from '../../test/scripted-aws.ts'
import { awsDefaults } from '../aws/client.ts'
import { loadBalancers } from './load-balancer.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => void (await Promise.all(closers.splice(0).map((close) => close()))))

const warnings: string[] = []
const log = { info: () => {}, debug: () => {}, warning: (text: string) => void warnings.push(text) }
const balancersAt = async (reply: (asked: Asked) => Reply) => {
  warnings.length = 0
  const aws = await scriptedAws(reply)
  closers.push(aws.close)
  const client = new ElasticLoadBalancingV2Client({ ...awsDefaults, ...aws.client })
  return { balancers: loadBalancers(client, new AbortController().signal, log), asked: aws.asked }
}

const answer = (dnsNames: string[], marker = ''): Reply => ({
  status: 200,
  body: `<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers>${dnsNames
    .map(
      (name) =>
        `<member><DNSName>${name}</DNSName><CanonicalHostedZoneId>ZFOUND</CanonicalHostedZoneId><Type>application</Type></member>`,
    )
    .join(
      '',
    )}</LoadBalancers>${marker && `<NextMarker>${marker}</NextMarker>`}</DescribeLoadBalancersResult></DescribeLoadBalancersResponse>`,
})
const HOST = 'k8s-preview-9d66049c2e-1234567890.us-east-1.elb.amazonaws.com'

test.each([
  [HOST, 'k8s-preview-9d66049c2e'],
  [`internal-${HOST}`, 'k8s-preview-9d66049c2e'],
  ['k8s-shop-web-0a1b2c3d4e-0123456789abcdef.elb.us-east-1.amazonaws.com', 'k8s-shop-web-0a1b2c3d4e'],
])('%s is asked for as %s, in one call', async (hostname, name) => {
  const { balancers, asked } = await balancersAt(() => answer([hostname]))
  expect(await balancers.aliasTarget(hostname)).toEqual({ zoneId: 'ZFOUND', dnsName: hostname })
  expect(asked.map(({ body }) => new URLSearchParams(body).get('Names.member.1'))).toEqual([name])
})

test('capitals in the name of the load balancer do not matter', async () => {
  const { balancers } = await balancersAt(() =>
    answer(['K8s-Preview-9d66049c2e-1234567890.us-east-1.elb.amazonaws.com']),
  )
  expect(await balancers.aliasTarget(HOST)).toEqual({ zoneId: 'ZFOUND', dnsName: HOST })
})

test('one that is named otherwise is looked for on all pages', async () => {
  const { balancers, asked } = await balancersAt(({ body }) => {
    const query = new URLSearchParams(body)
    if (query.has('Names.member.1')) return xmlError(400, 'LoadBalancerNotFound')
    return query.get('Marker') === 'm2' ? answer([HOST]) : answer(['x.us-east-1.elb.amazonaws.com'], 'm2')
  })
  expect(await balancers.aliasTarget(HOST)).toEqual({ zoneId: 'ZFOUND', dnsName: HOST })
  expect(asked).toHaveLength(3)
})

test('one that is not listed yet is undefined', async () => {
  const { balancers } = await balancersAt(({ body }) =>
    body.includes('Names') ? xmlError(400, 'LoadBalancerNotFound') : answer([]),
  )
  expect(await balancers.aliasTarget(HOST)).toBeUndefined()
})

test('without the permission the published id of the region is used, and said', async () => {
  const { balancers, asked } = await balancersAt(() => xmlError(403, 'AccessDenied'))
  expect(await balancers.aliasTarget(HOST)).toEqual({ zoneId: 'Z35SXDOTRQ7X7K', dnsName: HOST })
  expect(warnings.join()).toContain('elasticloadbalancing:DescribeLoadBalancers')
  expect(asked).toHaveLength(1)
})

test.each(['a-1.xx-new-1.elb.amazonaws.com', 'a-1.elb.us-east-1.amazonaws.com', 'a-1.cn-north-1.elb.amazonaws.com.cn'])(
  'without the permission %s is an error',
  async (hostname) => {
    const { balancers } = await balancersAt(() => xmlError(403, 'AccessDenied'))
    await expect(balancers.aliasTarget(hostname)).rejects.toMatchObject({ code: 'AccessDenied' })
  },
)
