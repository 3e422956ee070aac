import { type Claim, claim } from './claims.ts'
import type { Content, Lease } from './database-witness.ts'

/** The tables that the example's migration makes. */
const TABLES = ['files', 'items', 'jobs']

export type Leased = {
  lease: Lease | undefined
  /** By the pool. */
  holder: string
  branch: string
  content: Content
  /** As people read them. */
  comment: string
  slack: string
}

export const leasedClaims = ({ lease, holder, branch, content, comment, slack }: Leased): Claim[] => {
  const name = lease?.name ?? 'none'
  const told = { comment: comment.includes(`Database \`${name}\``), Slack: slack.includes(`Database: ${name}`) }
  return [
    claim(
      `The leased database is ${name}, say the pool, the pods’ Secret, the comment and Slack`,
      lease !== undefined && holder === branch && told.comment && told.Slack,
      `the pool gives ${name} to ${holder}; named in the comment: ${told.comment}, in Slack: ${told.Slack}`,
    ),
    claim(
      'Its password opens it, and the migration has made its tables',
      'tables' in content && Object.keys(content.tables).join() === TABLES.join(),
      'refused' in content ? content.refused : `tables: ${Object.keys(content.tables)}`,
    ),
  ]
}

export type Kept = { lease: Lease | undefined; content: Content }

/** The checks of the second run have written more; what was there must be as it was. */
export const keptClaim = (before: Kept, after: Kept): Claim => {
  const isSame = before.lease !== undefined && after.lease?.url === before.lease.url
  const lost = rowsOf(before.content).filter((row) => !rowsOf(after.content).includes(row))
  return claim(
    'The same database with the same password, and every row of before is still in it',
    isSame && rowsOf(before.content).length > 0 && lost.length === 0,
    isSame ? `lost: ${lost.join(', ') || 'there was none'}` : `${before.lease?.secret} became ${after.lease?.secret}`,
  )
}

const rowsOf = (content: Content): string[] =>
  'refused' in content
    ? []
    : Object.entries(content.tables).flatMap(([table, rows]) => rows.map((row) => `${table} ${row}`))

export const givenBackClaims = (holder: string, content: Content): Claim[] => [
  claim('The database is free again, says the pool', holder === 'free', holder),
  claim('Its server refuses the password that opened it', 'refused' in content, 'it still lets it in'),
]
