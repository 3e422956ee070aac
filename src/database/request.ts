import type { Lease } from './pool.ts'
import type { Preparation } from './prepare.ts'
import type { Tenancy } from './tenancy.ts'

/** What is asked for an environment's lease. */
export const requestOf = (
  action: Preparation['action'],
  { name, generation }: Lease,
  { settings, mine, story }: Tenancy,
): Preparation => {
  const { id, owner } = mine.environment
  return {
    action,
    environment: { id, repository: owner.repository, branch: owner.branch },
    run: { url: story.of.url },
    engine: settings.engine,
    database: name,
    generation,
  }
}
