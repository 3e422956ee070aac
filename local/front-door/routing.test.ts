import { expect, test } from 'vitest'
import type { RecordSet } from '../aws/route53/record-set.ts'
import { type Balancer, routeOf } from './routing.ts'

const alias = (dnsName: string) => ({ hostedZoneId: 'Z', dnsName, evaluateTargetHealth: false })
const LB = 'lb.us-east-1.elb.amazonaws.com.'
const sets: RecordSet[] = [
  { name: 'app.p.test.', type: 'A', alias: alias(LB) },
  { name: 'dual.p.test.', type: 'A', alias: alias(`dualstack.${LB}`) },
  { name: 'stale.p.test.', type: 'A', alias: alias('old.us-east-1.elb.amazonaws.com.') },
  { name: '\\052.wild.p.test.', type: 'A', alias: alias(LB) },
  { name: '_own.p.test.', type: 'TXT', ttl: 60, values: ['"x"'] },
]
const forward = (group: string) => ({ kind: 'forward' as const, group })
const balancers: Balancer[] = [
  {
    dnsName: LB,
    rules: [
      { priority: 1, hosts: ['app.p.test'], paths: ['/api', '/api/*'], action: forward('api') },
      { priority: 2, hosts: ['app.p.test', 'dual.p.test'], paths: ['/*'], action: forward('app') },
      { priority: 3, hosts: ['*.wild.p.test'], paths: [], action: forward('wild') },
      { priority: Number.POSITIVE_INFINITY, hosts: [], paths: [], action: forward('default') },
    ],
  },
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
])('%s%s goes to %s', (host, path, group) => {
  expect(routeOf(host, path, { sets, balancers })).toEqual(forward(group))
})

test.each([
  ['none.p.test', 'NXDOMAIN'],
  ['_own.p.test', 'NXDOMAIN'],
  ['stale.p.test', 'no load balancer'],
])('%s cannot be reached: %s', (host, reason) => {
  expect(routeOf(host, '/', { sets, balancers })).toEqual({
    kind: 'unreachable',
    reason: expect.stringContaining(reason),
  })
})
