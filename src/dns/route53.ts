import {
  type Change as AwsChange,
  type ResourceRecordSet as AwsRecordSet,
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  InvalidChangeBatch,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandOutput,
  NoSuchChange,
  type Route53Client,
} from '@aws-sdk/client-route-53'
import { awsFailure } from '../aws/failure.ts'
import { fromRoute53, sortKey, toRoute53 } from './record-name.ts'
import { BatchRefused, type Change, type RecordSet, type Zone } from './records.ts'
import { zoneFailure } from './zone-failure.ts'

const PAGE = 300

type Access = { client: Route53Client; zoneId: string; signal: AbortSignal }

/** Build the client with `awsDefaults`: the retries are the SDK's. */
export const zone = (client: Route53Client, zoneId: string, signal: AbortSignal): Zone => {
  const access = { client, zoneId, signal }
  return {
    at: (names) => recordSetsAt(access, names),
    change: (changes, comment) => sendBatch(access, changes, comment),
    inSync: (changeId) => isInSync(access, changeId),
  }
}

/**
 * The record beside a host is its child and all hosts of an environment begin with its id, so that they lie together in a
 * listing: one call for up to a hundred apps. What lies apart is jumped to.
 */
const recordSetsAt = async (access: Access, names: readonly string[]): Promise<RecordSet[]> => {
  const wanted = new Set(names.map(toRoute53))
  const found: RecordSet[] = []
  let left = [...wanted].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
  let start: Start = { StartRecordName: left[0] }
  while (left.length > 0) {
    const page = await listFrom(access, start)
    const sets = (page.ResourceRecordSets ?? []).map(fromAws)
    found.push(...sets.filter(({ name }) => wanted.has(toRoute53(name))))
    const next = page.IsTruncated ? sortKey(fromRoute53(page.NextRecordName ?? '')) : undefined
    left = left.filter((name) => next !== undefined && sortKey(name) >= next)
    start = left[0] !== undefined && sortKey(left[0]) === next ? within(page) : { StartRecordName: left[0] }
  }
  return found
}

const listFrom = async ({ client, zoneId, signal }: Access, start: Start) => {
  const command = new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, MaxItems: PAGE, ...start })
  try {
    return await client.send(command, { abortSignal: signal })
  } catch (cause) {
    throw zoneFailure(cause, 'ListResourceRecordSets', { zoneId, signal })
  }
}

const sendBatch = async ({ client, zoneId, signal }: Access, changes: readonly Change[], comment: string) => {
  const batch = { Comment: comment, Changes: changes.map(toAws) }
  const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: batch })
  try {
    return (await client.send(command, { abortSignal: signal })).ChangeInfo?.Id ?? ''
  } catch (cause) {
    if (cause instanceof InvalidChangeBatch) throw new BatchRefused(messagesOf(cause), cause)
    throw zoneFailure(cause, 'ChangeResourceRecordSets', { zoneId, signal })
  }
}

const isInSync = async ({ client, signal }: Access, changeId: string): Promise<boolean> => {
  try {
    const { ChangeInfo } = await client.send(new GetChangeCommand({ Id: changeId }), { abortSignal: signal })
    return ChangeInfo?.Status === 'INSYNC'
  } catch (cause) {
    if (cause instanceof NoSuchChange) return false // not known on every server yet; the wait is bounded
    throw awsFailure(cause, { action: 'route53:GetChange', object: 'arn:aws:route53:::change/*', signal })
  }
}

/** All in one text, in brackets; the list that is documented stays empty. */
const messagesOf = ({ message }: InvalidChangeBatch): string[] => [message.replace(/^\[|\]$/g, '')]

type Start = {
  StartRecordName?: string | undefined
  StartRecordType?: AwsRecordSet['Type']
  StartRecordIdentifier?: string | undefined
}

/** A page may end between two types of one name. */
const within = ({
  NextRecordName,
  NextRecordType,
  NextRecordIdentifier,
}: ListResourceRecordSetsCommandOutput): Start => ({
  StartRecordName: NextRecordName,
  StartRecordType: NextRecordType,
  StartRecordIdentifier: NextRecordIdentifier,
})

const fromAws = ({ Name = '', Type = 'A', TTL, ResourceRecords, AliasTarget }: AwsRecordSet): RecordSet => ({
  name: fromRoute53(Name),
  type: Type,
  ...(TTL === undefined ? {} : { ttl: TTL }),
  ...(ResourceRecords?.length ? { values: ResourceRecords.map(({ Value }) => Value ?? '') } : {}),
  ...(AliasTarget
    ? {
        alias: {
          zoneId: AliasTarget.HostedZoneId ?? '',
          dnsName: fromRoute53(AliasTarget.DNSName ?? ''),
          evaluateTargetHealth: AliasTarget.EvaluateTargetHealth ?? false,
        },
      }
    : {}),
})

const toAws = ({ action, record }: Change): AwsChange => ({
  Action: action,
  ResourceRecordSet: {
    Name: toRoute53(record.name),
    Type: record.type as AwsRecordSet['Type'],
    TTL: record.ttl,
    ResourceRecords: record.values?.map((Value) => ({ Value })),
    AliasTarget: record.alias && {
      HostedZoneId: record.alias.zoneId,
      DNSName: `${record.alias.dnsName}.`,
      EvaluateTargetHealth: record.alias.evaluateTargetHealth,
    },
  },
})
