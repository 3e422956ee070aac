import { expect, test } from 'vitest'
import { parseChangeBatch } from './change-batch.ts'

const body = (changes: string): string =>
  `<?xml version="1.0"?><ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">
  <ChangeBatch><Changes>${changes}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`

test('reads names as Route 53 keeps them and values as they are', () => {
  const txt = `<Change><Action>CREATE</Action><ResourceRecordSet><Name>*.A.Test</Name><Type>TXT</Type><TTL>60</TTL>
    <ResourceRecords><ResourceRecord><Value>"a &amp; 1 "</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change>`
  const alias = `<Change><Action>UPSERT</Action><ResourceRecordSet><Name>b.test.</Name><Type>A</Type>
    <AliasTarget><HostedZoneId>Z1</HostedZoneId><DNSName>LB.test</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth>
    </AliasTarget></ResourceRecordSet></Change>`
  expect(parseChangeBatch(body(txt + alias))).toEqual([
    { action: 'CREATE', set: { name: '\\052.a.test.', type: 'TXT', ttl: 60, values: ['"a & 1 "'] } },
    {
      action: 'UPSERT',
      set: {
        name: 'b.test.',
        type: 'A',
        alias: { hostedZoneId: 'Z1', dnsName: 'lb.test.', evaluateTargetHealth: false },
      },
    },
  ])
})

test.each([
  ['no XML', '<ChangeResource'],
  ['no change', body('')],
  [
    'an unknown action',
    body('<Change><Action>PUT</Action><ResourceRecordSet><Name>a.</Name><Type>A</Type></ResourceRecordSet></Change>'),
  ],
  [
    'an unknown type',
    body(
      '<Change><Action>CREATE</Action><ResourceRecordSet><Name>a.</Name><Type>B</Type></ResourceRecordSet></Change>',
    ),
  ],
])('says what is invalid: %s', (_, xml) => {
  expect(parseChangeBatch(xml)).toEqual({ invalid: expect.stringMatching(/^Invalid (XML|request)/) })
})
