import type { Claim } from '../cluster/record.ts'
import type { Say } from '../step.ts'
import type { Story } from '../story.ts'
import type { Tenant } from './pool.ts'
import { type PoolStore, poolStore } from './pool-store.ts'
import type { DatabaseSettings } from './settings.ts'

/** One environment's dealings with the pool: who deals, with what, and how it is told. */
export type Tenancy = { settings: DatabaseSettings; store: PoolStore; mine: Claim; story: Story; say: Say }

export const tenancyOf = (settings: DatabaseSettings, mine: Claim, story: Story, say: Say): Tenancy => {
  const { to, of } = story
  const store = poolStore({
    cluster: to.cluster,
    namespace: of.namespace,
    name: settings.pool,
    databases: settings.names,
    confirm: mine.confirm,
    signal: of.signal,
  })
  return { settings, store, mine, story, say }
}

export const tenantOf = ({ environment, record }: Claim): Tenant => ({
  environment: environment.id,
  ...environment.owner,
  pullRequests: record.pullRequests,
})
