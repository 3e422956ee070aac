import { expect, test } from 'vitest'
import type { RecordSet } from '../aws/route53/record-set.ts'
import { type Balancer, routeOf } from './routing.ts'

const alias = (dnsName: string) => ({ hostedZoneId: 'Z', dnsName, evaluateTargetHealth: false })
const LB = 'lb.us-east-1.elb.amazonaws.com.'
const NLB = 'nlb.elb.us-east-1.amazonaws.com.'
const OTHER = 'other.elb.us-east-1.amazonaws.com.'
const sets: RecordSet[] = [
  { name: 'app.p.test.', type: 'A', alias: alias(LB) },
  { name: 'dual.p.test.', type: 'A', alias: alias(`dualstack.${LB}`) },
  { name: 'tcp.p.test.', type: 'A', alias: alias(NLB) },
  { name: 'other.p.test.', type: 'A', alias: alias(OTHER) },
  { name: 'stale.p.test.', type: 'A', alias: alias('old.us-east-1.elb.amazonaws.com.') },
  { name: '\\052.wild.p.test.', type: 'A', alias: alias(LB) },
  { name: '_own.p.test.', type: 'TXT', ttl: 60, values: ['"x"'] },
]
const forward = (group: string) => ({ kind: 'forward' as const, group })
const fallback = (group: string) => ({
  priority: Number.POSITIVE_INFINITY,
  hosts: [],
  paths: [],
  action: forward(group),
})
const rules = [
  { priority: 1, hosts: ['app.p.test'], paths: ['/api', '/api/*'], action: forward('api') },
  { priority: 2, hosts: ['app.p.test', 'dual.p.test'], paths: ['/*'], action: forward('app') },
  { priority: 3, hosts: ['*.wild.p.test'], paths: [], action: forward('wild') },
  fallback('default'),
]
const balancers: Balancer[] = [
  { dnsName: LB, type: 'application', listeners: [{ port: 80, rules }] },
  {
    dnsName: NLB,
    type: 'network',
    listeners: [
      { port: 8080, rules: [fallback('tcp')] },
      { port: 80, rules: [fallback('web')] },
    ],
  },
  { dnsName: OTHER, type: 'network', listeners: [{ port: 6000, rules: [fallback('other')] }] },
]

test.each([
  ['app.p.test', '/', 'app'],
  ['APP.p.test', '/x', 'app'],
  ['app.p.test', '/api', 'api'],
  ['app.p.test', '/api/x', 'api'],
  ['app.p.test', '/apix', 'app'],
  ['dual.p.test', '/', 'app'],
  ['any.wild.p.test', '/', 'wild'],
  ['lb.us-east-1.elb.amazonaws.com', '/', 'default'],
  ['app.p.test:8080', '/', 'app'],
  ['tcp.p.test:8080', '/', 'tcp'],
  ['tcp.p.test:8081', '/', 'web'],
  ['tcp.p.test', '/', 'web'],
])('%s%s goes to %s', (host, path, group) => {
  expect(routeOf(host, path, { sets, balancers })).toEqual(forward(group))
})

test.each([
  ['none.p.test', 'NXDOMAIN'],
  ['_own.p.test', 'NXDOMAIN'],
  ['stale.p.test', 'no load balancer'],
  ['other.p.test', 'does not listen'],
])('%s cannot be reached: %s', (host, reason) => {
  expect(routeOf(host, '/', { sets, balancers })).toEqual({
    kind: 'unreachable',
    reason: expect.stringContaining(reason),
  })
})
