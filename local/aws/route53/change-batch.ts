import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { type RecordSet, recordName } from './record-set.ts'

export type Change = { action: 'CREATE' | 'DELETE' | 'UPSERT'; set: RecordSet }

const LISTS = new Set(['Change', 'ResourceRecord'])

// Values stay text: a number or a boolean is only what the schema below says is one.
const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => LISTS.has(name),
})

const recordSet = z
  .object({
    Name: z.string().min(1),
    Type: z.enum([
      'A',
      'AAAA',
      'CAA',
      'CNAME',
      'DS',
      'HTTPS',
      'MX',
      'NAPTR',
      'NS',
      'PTR',
      'SOA',
      'SPF',
      'SRV',
      'SSHFP',
      'SVCB',
      'TLSA',
      'TXT',
    ]),
    SetIdentifier: z.string().optional(),
    TTL: z.coerce.number().int().min(0).max(2_147_483_647).optional(),
    ResourceRecords: z.object({ ResourceRecord: z.array(z.object({ Value: z.string() })).min(1) }).optional(),
    AliasTarget: z
      .object({ HostedZoneId: z.string(), DNSName: z.string(), EvaluateTargetHealth: z.enum(['true', 'false']) })
      .optional(),
  })
  .transform(
    (xml): RecordSet => ({
      name: recordName(xml.Name),
      type: xml.Type,
      ...(xml.SetIdentifier !== undefined && { setIdentifier: xml.SetIdentifier }),
      ...(xml.TTL !== undefined && { ttl: xml.TTL }),
      ...(xml.ResourceRecords && { values: xml.ResourceRecords.ResourceRecord.map((record) => record.Value) }),
      ...(xml.AliasTarget && {
        alias: {
          hostedZoneId: xml.AliasTarget.HostedZoneId,
          dnsName: recordName(xml.AliasTarget.DNSName),
          evaluateTargetHealth: xml.AliasTarget.EvaluateTargetHealth === 'true',
        },
      }),
    }),
  )

const request = z.object({
  ChangeResourceRecordSetsRequest: z.object({
    ChangeBatch: z.object({
      Changes: z.object({
        Change: z
          .array(z.object({ Action: z.enum(['CREATE', 'DELETE', 'UPSERT']), ResourceRecordSet: recordSet }))
          .min(1),
      }),
    }),
  }),
})

/** The changes of a ChangeResourceRecordSets body, or what `InvalidInput` says about it. */
export const parseChangeBatch = (body: string): Change[] | { invalid: string } => {
  let xml: unknown
  try {
    xml = parser.parse(body, true)
  } catch (cause) {
    return { invalid: `Invalid XML ; ${cause instanceof Error ? cause.message : cause}` }
  }
  const parsed = request.safeParse(xml)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return { invalid: `Invalid request: ${issue?.path.join('.')}: ${issue?.message}` }
  }
  const { Change: changes } = parsed.data.ChangeResourceRecordSetsRequest.ChangeBatch.Changes
  return changes.map(({ Action: action, ResourceRecordSet: set }) => ({ action, set }))
}
