import type { KubeObject } from '../cluster/cluster.ts'
import type { Claim } from '../cluster/record.ts'
import { PreviewError } from '../errors.ts'
import type { DeployPlan } from '../plan.ts'
import type { Say } from '../step.ts'
import type { Story } from '../story.ts'
import { accessTo } from './access.ts'
import { cleanLeft } from './clean.ts'
import { acquire } from './lease.ts'
import { type Held, type Lease, leaseOf, type Pool, raised } from './pool.ts'
import { DATABASE_SECRET, databaseSecret, hiddenIn, withDatabase } from './secret.ts'
import type { DatabaseSettings } from './settings.ts'
import { type Tenancy, tenancyOf, tenantOf } from './tenancy.ts'

type Help = {
  /** Tells the pull request what is going on, from the report as it is now. */
  announce(): Promise<void>
  /** See `Waiting`. */
  reclaim(pool: Pool): Promise<boolean>
}

/** The objects with the database that is leased for them, and with the Secret that leads to it. */
export const leaseDatabase = async (
  plan: DeployPlan,
  mine: Claim,
  objects: KubeObject[],
  story: Story,
  say: Say,
  help: Help,
): Promise<KubeObject[]> => {
  const { to, report } = story
  const { database, environment, placement } = plan
  if (database === undefined) {
    say.skipped('no app asks for one')
    return objects
  }
  const { settings, variables, reset } = database
  const before = mine.record.database
  if (before !== undefined && before.pool !== settings.pool) throw movedFrom(before, settings)
  const tenancy = tenancyOf(settings, mine, story, say)
  const leased = await leaseFor(tenancy, reset, help)
  report.database = leased.name
  const { lease, credentials } = await accessTo(leased, tenancy)

  const { host, port, engine } = settings
  const access = { environment, placement, engine, host, port, lease, credentials, variables }
  for (const hidden of hiddenIn(access)) to.mask(hidden)
  const secret = databaseSecret(access)
  const { objects: changed, users } = withDatabase(objects, secret.metadata.name)
  if (users === 0) say.warning(`no pod reads the Secret ${DATABASE_SECRET}: nothing will use the database`)
  tell(before, lease, reset, say)
  return [...changed, secret]
}

const tell = (before: Lease | undefined, lease: Lease, reset: boolean, say: Say): void => {
  const text = `${lease.name}, lease ${lease.generation}`
  if (isSame(before, lease)) say.unchanged(text)
  else say.detail(`${text}, new`)
  if (before !== undefined && !isSame(before, lease) && !reset)
    say.warning(`the pool did not know lease ${before.generation} of ${before.name} any more: the data is new`)
}

const isSame = (one: Lease | undefined, other: Lease): boolean =>
  one?.name === other.name && one.generation === other.generation

/** The environment remembers its lease before anything uses it: from that a pool that is lost is made anew. */
const leaseFor = async (tenancy: Tenancy, isReset: boolean, { announce, reclaim }: Help): Promise<Lease> => {
  const { settings, store, mine, story, say } = tenancy
  const { of, report } = story
  const waiting = {
    timeout: settings.waitTimeout,
    signal: of.signal,
    say,
    now: () => new Date(),
    onPosition: async (position: number) => {
      report.waiting = position
      await announce()
    },
    clean: (left: Held) => cleanLeft(tenancy, left),
    reclaim,
  }
  for (let reset = isReset; ; reset = false) {
    const found = await acquire(store, tenantOf(mine), waiting)
    if (report.waiting !== undefined) {
      delete report.waiting
      await announce()
    }
    const lease = reset ? { ...found, generation: found.generation + 1 } : found
    if (reset) await store.change((pool) => raised(pool, found))
    if (isSame(mine.record.database, lease)) return lease
    await mine.update({ database: { pool: settings.pool, ...lease } })
    // A pool that was deleted while this was on its way may have been made anew without it.
    if (isSame(leaseOf(await store.change((pool) => pool), mine.environment.id), lease)) return lease
  }
}

const movedFrom = (before: { pool: string; name: string }, { pool }: DatabaseSettings): PreviewError =>
  new PreviewError(
    'BadInput',
    `this preview has ${before.name} of the pool ${before.pool}, the install now has ${pool}`,
    {
      object: before.name,
      hint: 'remove the preview (mode teardown) and deploy it again, or set database-pool back',
    },
  )
