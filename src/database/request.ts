import type { Held } from './pool.ts'
import type { Preparation } from './prepare.ts'
import type { Tenancy } from './tenancy.ts'

/** What is asked for a tenant's lease. */
export const requestOf = (
  action: Preparation['action'],
  { name, generation, tenant }: Held,
  { settings, story }: Tenancy,
): Preparation => {
  const { environment: id, repository, branch } = tenant
  return {
    action,
    environment: { id, repository, branch },
    run: { url: story.of.url },
    engine: settings.engine,
    database: name,
    generation,
  }
}
