import { PreviewError } from '../errors.ts'
import type { Environment } from '../names.ts'
import { conflictsAt, namesOf } from './claim.ts'
import { ownedByOther } from './owned-by-other.ts'
import type { Zone } from './records.ts'

type Wish = {
  hosts: readonly string[]
  environment: Environment
  /** The zone's own name. */
  apex: string
}

/** Looks, before anything is applied, whether the hosts can be had: names that Route 53 would serve, and nobody else's. */
export const checkDns = async (zone: Zone, { hosts, environment, apex }: Wish): Promise<void> => {
  const outside = hosts.find((host) => !host.endsWith(`.${apex}`))
  if (outside !== undefined)
    throw new PreviewError('BadInput', `the host ${outside} is not below ${apex}, the name of the hosted zone`, {
      object: outside,
      hint: `set domain to ${apex} or a name below it, or hosted-zone-id to the zone of the domain`,
    })

  const between = [...new Set(hosts.flatMap((host) => namesBetween(host, apex)))]
  const found = await zone.at([...between, ...namesOf(hosts)])

  const delegated = found.find(({ name, type }) => type === 'NS' && between.includes(name))
  if (delegated)
    throw new PreviewError(
      'BadInput',
      `${delegated.name} is delegated to another zone (NS ${delegated.values?.join(', ')}): records below it in zone ${apex} would never be served`,
      { object: delegated.name, hint: `set hosted-zone-id to the zone of ${delegated.name}` },
    )

  const conflicts = hosts.flatMap((host) => conflictsAt(host, environment, found))
  if (conflicts.length > 0) throw await ownedByOther(zone, conflicts)
}

/** `a.b.example.com` in `example.com`: `b.example.com`. */
const namesBetween = (host: string, apex: string): string[] => {
  const labels = host.slice(0, -apex.length - 1).split('.')
  return labels.slice(1).map((_, i) => [...labels.slice(i + 1), apex].join('.'))
}
