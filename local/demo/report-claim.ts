import type { SmokeCase } from '../../checks/contract.ts'
import { elements, htmlTree, textOf } from '../page/html-tree.ts'
import { type Claim, claim } from './claims.ts'

/** `page` is what S3 has, `cases` what the action was told. */
export const reportClaim = (page: string | undefined, cases: readonly SmokeCase[]): Claim => {
  const rows = elements(htmlTree(page ?? ''), /^h\d$/).map(textOf)
  const missing = cases
    .map(({ name }) => name)
    .filter((name) => {
      const at = rows.findIndex((row) => row.startsWith(`${name} `))
      if (at >= 0) rows.splice(at, 1)
      return at < 0
    })
  return claim(
    `The report in S3 has a row for each of the ${cases.length} checks`,
    cases.length > 0 && missing.length === 0,
    page === undefined ? 'no report' : `no row for ${missing.join(', ') || 'anything, as nothing was checked'}`,
  )
}
