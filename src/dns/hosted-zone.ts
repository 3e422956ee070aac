import {
  GetHostedZoneCommand,
  type HostedZone,
  ListHostedZonesByNameCommand,
  type ListHostedZonesByNameCommandOutput,
  type Route53Client,
} from '@aws-sdk/client-route-53'
import { awsFailure } from '../aws/failure.ts'
import { PreviewError } from '../errors.ts'
import { fromRoute53, toRoute53 } from './record-name.ts'
import { zoneFailure } from './zone-failure.ts'

export type FoundZone = { id: string; name: string }

/** The zone that serves a domain: the given one, or the public one with the longest name the domain ends with. */
export const findZone = async (
  client: Route53Client,
  { domain, zoneId }: { domain: string; zoneId: string | undefined },
  signal: AbortSignal,
): Promise<FoundZone> => {
  if (zoneId !== undefined) return await getZone(client, domain, zoneId, signal)
  for (const name of suffixes(domain)) {
    const zones = (await zonesNamed(client, name, signal)).filter(({ Config }) => !Config?.PrivateZone)
    if (zones.length > 1)
      throw new PreviewError('BadInput', `there are ${zones.length} public hosted zones named ${name}`, {
        object: name,
        hint: `set hosted-zone-id to the one the domain is delegated to: ${zones.map(idOf).join(' or ')}`,
      })
    if (zones[0]) return { id: idOf(zones[0]), name }
  }
  throw new PreviewError('NotFound', `there is no public hosted zone for ${domain} in this account`, {
    object: domain,
    hint: 'set hosted-zone-id (a private zone must be named so), or dns-role-to-assume when the zone is in another account',
  })
}

const getZone = async (
  client: Route53Client,
  domain: string,
  zoneId: string,
  signal: AbortSignal,
): Promise<FoundZone> => {
  let name: string
  try {
    const { HostedZone } = await client.send(new GetHostedZoneCommand({ Id: zoneId }), { abortSignal: signal })
    name = fromRoute53(HostedZone?.Name ?? '')
  } catch (cause) {
    throw zoneFailure(cause, 'GetHostedZone', { zoneId, signal })
  }
  if (suffixes(domain).includes(name)) return { id: zoneId, name }
  throw new PreviewError('BadInput', `hosted zone ${zoneId} is ${name}: it cannot hold names below ${domain}`, {
    object: zoneId,
    hint: `set hosted-zone-id to the zone of ${domain}, or leave it out`,
  })
}

/** Public and private zones may share a name. The listing begins at a name and goes on to its neighbours, which do not count. */
const zonesNamed = async (client: Route53Client, name: string, signal: AbortSignal): Promise<HostedZone[]> => {
  const zones: HostedZone[] = []
  let next: Pick<ListHostedZonesByNameCommandOutput, 'NextDNSName' | 'NextHostedZoneId'> = {
    NextDNSName: toRoute53(name),
  }
  for (;;) {
    const start = { DNSName: next.NextDNSName, HostedZoneId: next.NextHostedZoneId, MaxItems: 100 }
    const page = await listed(client, start, signal)
    zones.push(...(page.HostedZones ?? []).filter((zone) => fromRoute53(zone.Name ?? '') === name))
    if (!page.IsTruncated || fromRoute53(page.NextDNSName ?? '') !== name) return zones
    next = page
  }
}

const listed = async (
  client: Route53Client,
  start: { DNSName: string | undefined; HostedZoneId: string | undefined; MaxItems: number },
  signal: AbortSignal,
) => {
  try {
    return await client.send(new ListHostedZonesByNameCommand(start), { abortSignal: signal })
  } catch (cause) {
    throw awsFailure(cause, {
      action: 'route53:ListHostedZonesByName',
      object: '*',
      check: 'set hosted-zone-id, or',
      signal,
    })
  }
}

/** `a.b.c`: itself, `b.c`, `c`. */
const suffixes = (domain: string): string[] => {
  const labels = domain.split('.')
  return labels.map((_, i) => labels.slice(i).join('.'))
}

const idOf = ({ Id = '' }: HostedZone) => Id.replace(/^\/hostedzone\//, '')
