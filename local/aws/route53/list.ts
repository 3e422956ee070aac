import {
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
  type ListResourceRecordSetsCommandOutput,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53'
import { type RecordSet, recordName } from './record-set.ts'

const recordSetOf = (set: ResourceRecordSet): RecordSet => ({
  name: recordName(set.Name ?? ''),
  type: set.Type ?? '',
  ...(set.SetIdentifier !== undefined && { setIdentifier: set.SetIdentifier }),
  ...(set.TTL !== undefined && { ttl: set.TTL }),
  ...(set.ResourceRecords && { values: set.ResourceRecords.map(({ Value }) => Value ?? '') }),
  ...(set.AliasTarget && {
    alias: {
      hostedZoneId: set.AliasTarget.HostedZoneId ?? '',
      dnsName: recordName(set.AliasTarget.DNSName ?? ''),
      evaluateTargetHealth: set.AliasTarget.EvaluateTargetHealth ?? false,
    },
  }),
})

const startOfNext = (page: ListResourceRecordSetsCommandOutput): Partial<ListResourceRecordSetsCommandInput> => ({
  StartRecordName: page.NextRecordName,
  StartRecordType: page.NextRecordType,
  StartRecordIdentifier: page.NextRecordIdentifier,
})

/** All record sets of a zone; the SDK has no paginator for this call, whose token is three values. */
export const listRecordSets = async (client: Route53Client, zoneId: string): Promise<RecordSet[]> => {
  const sets: RecordSet[] = []
  let start: Partial<ListResourceRecordSetsCommandInput> | undefined = {}
  while (start) {
    const input: ListResourceRecordSetsCommandInput = { HostedZoneId: zoneId, ...start }
    const page = await client.send(new ListResourceRecordSetsCommand(input))
    sets.push(...(page.ResourceRecordSets ?? []).map(recordSetOf))
    start = page.IsTruncated ? startOfNext(page) : undefined
  }
  return sets
}
