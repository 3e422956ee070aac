import { PreviewError } from '../errors.ts'
import { ownerRecordOf } from '../names.ts'
import type { Conflict } from './claim.ts'
import { ownerOf } from './owner.ts'
import type { Zone } from './records.ts'

/** The error for hosts that are somebody else's. Looks, only now, whether external-dns says in its registry that it owns them. */
export const ownedByOther = async (zone: Zone, conflicts: readonly Conflict[]): Promise<PreviewError> => {
  const registry = await zone.at(conflicts.flatMap(({ host }) => registryNames(host)))
  const problems = conflicts.map(({ host, record, owner }) => {
    const entry = registry.find(({ name, type }) => type === 'TXT' && registryNames(host).includes(name))
    return {
      message: `${record.type} record ${record.name} belongs to ${entry ? ownerOf(entry) : owner}`,
      hint: `remove it, or choose another app name or host-template; eks-preview owns only what has its TXT record ${ownerRecordOf(host)}`,
    }
  })
  const [first] = problems
  return new PreviewError(
    'OwnedByOther',
    `${first?.message}${problems.length > 1 ? `, and ${problems.length - 1} more` : ''}; nothing was changed`,
    {
      ...(first && { hint: first.hint }),
      ...(conflicts[0] && { object: conflicts[0].record.name }),
      problems,
    },
  )
}

/** Where external-dns (v0.12 and later) keeps its own TXT records. */
const registryNames = (host: string) => ['a', 'aaaa', 'cname'].map((type) => `${type}-${host}`)
