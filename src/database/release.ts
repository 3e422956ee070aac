import { randomUUID } from 'node:crypto'
import type { Claim } from '../cluster/record.ts'
import { mayBeLate } from '../cluster/record-state.ts'
import type { Say } from '../step.ts'
import type { Story } from '../story.ts'
import { clean } from './clean.ts'
import { type Aftermath, cleaningBy, heldOrLeft, positionOf, released } from './pool.ts'
import type { DatabaseSettings } from './settings.ts'
import { tenancyOf } from './tenancy.ts'

/**
 * Ends the lease, once nothing of the environment can use it any more. What it left is taken away; where that fails the
 * database is kept from everybody until it succeeds.
 */
export const releaseDatabase = async (
  mine: Claim,
  settings: DatabaseSettings | undefined,
  story: Story,
  say: Say,
): Promise<void> => {
  const { record, environment } = mine
  if (settings === undefined) return say.skipped('the install has no databases')
  const pool = record.database?.pool ?? settings.pool
  const isElsewhere = pool !== settings.pool
  const tenancy = tenancyOf(isElsewhere ? { ...settings, pool, names: [] } : settings, mine, story, say)
  const { store } = tenancy
  const found = await store.read()
  const lease = heldOrLeft(found, environment.id)
  // A run that may still be on its way could take one late: what it decided on must be out of date then.
  if (lease === undefined && positionOf(found, environment.id) === undefined && !mayBeLate(record))
    return say.skipped('it had none')
  const by = randomUUID()
  const aftermath: Aftermath = isElsewhere
    ? { state: 'dirty', why: `the install now has the pool ${settings.pool}` }
    : settings.credentials.kind === 'secret'
      ? { state: 'free' }
      : { state: 'cleaning', by }
  await store.change((pool) => {
    const next = released(pool, environment.id, aftermath, new Date())
    return lease && aftermath.state === 'cleaning' ? cleaningBy(next, lease, by, new Date()) : next
  })
  if (lease === undefined) return say.skipped('it had none')
  const ending = aftermath.state === 'cleaning' ? await clean(tenancy, lease, by) : aftermath
  const why = 'why' in ending ? ending.why : undefined
  story.report.receipt.push({
    subject: `Database ${lease.name}`,
    gone: why === undefined,
    ...(why === undefined ? {} : { why: `it could not be cleaned, so nobody gets it: ${why}` }),
  })
  say.detail(`${lease.name}, lease ${lease.generation}`)
}
