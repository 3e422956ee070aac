import { expect, test } from 'vitest'
import type { RecordSet } from '../aws/route53/record-set.ts'
import { zoneAnswer } from './zone-answer.ts'

const LB = 'lb.us-east-1.elb.amazonaws.com.'
const alias = { hostedZoneId: 'Z', dnsName: LB, evaluateTargetHealth: false }
const NLB = 'nlb.elb.us-east-1.amazonaws.com.'
const SOA = { name: 'p.test.', type: 'SOA', ttl: 900, value: 'ns. admin. 1 7200 900 1209600 86400' }
const sets: RecordSet[] = [
  { name: 'p.test.', type: 'SOA', ttl: 900, values: [SOA.value] },
  { name: 'app.p.test.', type: 'A', alias },
  { name: 'app.p.test.', type: 'AAAA', alias },
  { name: 'tcp.p.test.', type: 'A', alias: { ...alias, dnsName: `dualstack.${NLB}` } },
  { name: '_own.gone.p.test.', type: 'TXT', ttl: 60, values: ['"env=1"'] },
  { name: 'c.p.test.', type: 'CNAME', ttl: 60, values: ['lb.us-east-1.elb.amazonaws.com'] },
  { name: '\\052.wild.p.test.', type: 'A', alias },
  { name: 'known.wild.p.test.', type: 'TXT', ttl: 60, values: ['"x"'] },
]
const ask = (name: string, type: string) => {
  const { code, answers, authority } = zoneAnswer({ name, type }, { name: 'p.test.', sets })
  return [code, answers.map((record) => `${record.type} ${record.value}`), authority]
}

test.each<[string, string, string, string[], boolean]>([
  ['app.p.test.', 'A', 'NOERROR', [`A ${LB}`], false],
  ['tcp.p.test.', 'A', 'NOERROR', [`A ${NLB}`], false],
  [NLB, 'A', 'NOERROR', [`A ${NLB}`], false],
  ['app.p.test.', 'AAAA', 'NOERROR', [], true],
  ['app.p.test.', 'TXT', 'NOERROR', [], true],
  ['_own.gone.p.test.', 'TXT', 'NOERROR', ['TXT "env=1"'], false],
  ['gone.p.test.', 'A', 'NOERROR', [], true],
  ['none.p.test.', 'A', 'NXDOMAIN', [], true],
  ['deep.none.p.test.', 'A', 'NXDOMAIN', [], true],
  ['any.wild.p.test.', 'A', 'NOERROR', [`A ${LB}`], false],
  ['known.wild.p.test.', 'A', 'NOERROR', [], true],
  ['c.p.test.', 'A', 'NOERROR', ['CNAME lb.us-east-1.elb.amazonaws.com', `A ${LB}`], false],
  [LB, 'A', 'NOERROR', [`A ${LB}`], false],
  ['p.test.', 'SOA', 'NOERROR', [`SOA ${SOA.value}`], false],
  ['www.example.com.', 'A', 'REFUSED', [], false],
])('%s %s is %s %j', (name, type, code, answers, negative) => {
  expect(ask(name, type)).toEqual([code, answers, negative ? [SOA] : []])
})
