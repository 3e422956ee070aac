import type { Environment } from '../names.ts'
import type { RecordSet } from './records.ts'

/**
 * The value of the TXT record beside a host. `part` is there because an id alone does not tell two repositories apart:
 * where an install serves one repository, equal branch names have equal ids in every such install of the domain. Nothing
 * in it changes with a push, and it names no branch: the zone is public.
 */
export const ownerLine = (environment: Environment, life: string): string =>
  `"heritage=eks-preview,env=${environment.id},part=${environment.owner.repositoryId},life=${life}"`

/** True for a TXT set that an earlier or this life of the environment's part wrote. */
export const ownsIt = (environment: Environment, record: RecordSet): boolean => {
  if (record.type !== 'TXT' || record.values?.length !== 1) return false
  const { heritage, env, part } = fieldsOf(record.values[0] ?? '')
  return heritage === 'eks-preview' && env === environment.id && part === String(environment.owner.repositoryId)
}

/** Whose a record set is, as far as it says so itself. Parts of it are text from outside. */
export const ownerOf = ({ type, values = [], alias }: RecordSet): string => {
  const value = values[0] ?? ''
  const fields = fieldsOf(value)
  if (type === 'TXT' && values.length === 1 && fields.heritage === 'eks-preview')
    return `environment ${fields.env} of the repository with id ${fields.part}`
  if (type === 'TXT' && fields.heritage === 'external-dns')
    return `external-dns (owner ${fields['external-dns/owner']}, resource ${fields['external-dns/resource']})`
  const content = alias ? `alias of ${alias.dnsName}` : values.join(' ').slice(0, 100)
  return `somebody else (${type} ${content})`
}

const fieldsOf = (value: string): Record<string, string | undefined> =>
  Object.fromEntries(
    value
      .replace(/^"|"$/g, '')
      .split(',')
      .map((field) => field.split('=', 2)),
  )
