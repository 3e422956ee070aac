import { randomUUID } from 'node:crypto'
import type { KubeObject } from '../cluster/cluster.ts'
import type { Claim } from '../cluster/record.ts'
import { mayBeLate } from '../cluster/record-state.ts'
import { PreviewError } from '../errors.ts'
import type { DeployPlan } from '../plan.ts'
import type { Say } from '../step.ts'
import type { Story } from '../story.ts'
import { accessTo, cleanerOf } from './access.ts'
import { clean } from './clean.ts'
import { acquire } from './lease.ts'
import {
  type Aftermath,
  cleaningBy,
  type Lease,
  leaseOf,
  leftOf,
  type Pool,
  positionOf,
  raised,
  released,
  type Tenant,
} from './pool.ts'
import { type PoolStore, poolStore } from './pool-store.ts'
import { DATABASE_SECRET, databaseSecret, hiddenIn, withDatabase } from './secret.ts'
import type { DatabaseSettings } from './settings.ts'

type Help = {
  /** Tells the pull request what is going on, from the report as it is now. */
  announce(): Promise<void>
  /** See `Waiting`. */
  reclaim(pool: Pool): Promise<boolean>
}

const now = () => new Date()

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
  const store = poolOf(settings, mine, story)
  const leased = await leaseFor(settings, reset, store, mine, story, say, help)
  report.database = leased.name
  const { lease, credentials } = await accessTo(leased, settings, store, mine, story, say)

  const { host, port, engine } = settings
  const access = { environment, placement, engine, host, port, lease, credentials, variables }
  for (const hidden of hiddenIn(access)) to.mask(hidden)
  const secret = databaseSecret(access)
  const { objects: changed, users } = withDatabase(objects, secret.metadata.name)
  if (users === 0) say.warning(`no pod reads the Secret ${DATABASE_SECRET}: nothing will use the database`)
  tell(before, lease, say)
  return [...changed, secret]
}

const tell = (before: Lease | undefined, lease: Lease, say: Say): void => {
  const text = `${lease.name}, lease ${lease.generation}`
  if (before?.name === lease.name && before.generation === lease.generation) say.unchanged(text)
  else say.detail(`${text}, new`)
  if (before !== undefined && before.name !== lease.name)
    say.warning(`${before.name}, which this preview had, is not its own in the pool any more: the data is new`)
}

/** The environment remembers its lease before anything uses it: from that a pool that is lost is made anew. */
const leaseFor = async (
  settings: DatabaseSettings,
  isReset: boolean,
  store: PoolStore,
  mine: Claim,
  story: Story,
  say: Say,
  { announce, reclaim }: Help,
): Promise<Lease> => {
  const { of, report } = story
  const { id } = mine.environment
  const waiting = {
    timeout: settings.waitTimeout,
    signal: of.signal,
    say,
    now,
    onPosition: async (position: number) => {
      report.waiting = position
      await announce()
    },
    clean: (left: Lease) => cleanLeft(left, settings, store, mine, story, say),
    reclaim,
  }
  for (let reset = isReset; ; reset = false) {
    const first = await acquire(store, tenantOf(mine), waiting)
    if (report.waiting !== undefined) {
      delete report.waiting
      await announce()
    }
    const lease = reset ? await renewed(store, first) : first
    const { database } = mine.record
    if (database?.name === lease.name && database.generation === lease.generation) return lease
    await mine.update({ database: { pool: settings.pool, ...lease } })
    // A pool that was deleted while this was on its way may have been made anew without it.
    const found = leaseOf(await store.change((pool) => pool), id)
    if (found?.name === lease.name && found.generation === lease.generation) return lease
  }
}

/** What is in it is thrown away: whoever had access to it has none to what comes. */
const renewed = async (store: PoolStore, lease: Lease): Promise<Lease> => {
  await store.change((pool) => raised(pool, lease))
  return { ...lease, generation: lease.generation + 1 }
}

/** Of an environment that is gone, when its own run could not. */
const cleanLeft = async (
  left: Lease,
  settings: DatabaseSettings,
  store: PoolStore,
  mine: Claim,
  story: Story,
  say: Say,
): Promise<void> => {
  const by = randomUUID()
  say.info(`${left.name} was left by a preview that is gone: cleaning it`)
  await store.change((pool) => cleaningBy(pool, left, by, now()))
  const { why } = await clean(store, left, by, cleanerOf(settings, mine, story, say), now)
  if (why !== undefined) say.warning(`${left.name} could not be cleaned: ${why}`)
}

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
  const { report } = story
  const { record, environment } = mine
  if (settings === undefined) return say.skipped('the install has no databases')
  // Of another pool, which this install no longer knows how to reach.
  const isElsewhere = record.database !== undefined && record.database.pool !== settings.pool
  const store = poolOf(
    isElsewhere ? { ...settings, pool: record.database?.pool ?? '', names: [] } : settings,
    mine,
    story,
  )
  const pool = await store.read()
  const lease = leaseOf(pool, environment.id) ?? leftOf(pool, record.database)
  // A run that may still be on its way could take one late: what it decided on must be out of date then.
  if (lease === undefined && positionOf(pool, environment.id) === undefined && !mayBeLate(record))
    return say.skipped('it had none')
  const by = randomUUID()
  const aftermath = aftermathOf(settings, isElsewhere, by)
  await store.change((pool) => {
    const next = released(pool, environment.id, aftermath, now())
    return lease && aftermath.state === 'cleaning' ? cleaningBy(next, lease, by, now()) : next
  })
  if (lease === undefined) return say.skipped('it had none')
  const ending =
    aftermath.state === 'cleaning'
      ? await clean(store, lease, by, cleanerOf(settings, mine, story, say), now)
      : aftermath
  const why = 'why' in ending ? ending.why : undefined
  report.receipt.push({
    subject: `Database ${lease.name}`,
    gone: why === undefined,
    ...(why === undefined ? {} : { why: `it could not be cleaned, so nobody gets it: ${why}` }),
  })
  say.detail(`${lease.name}, lease ${lease.generation}`)
}

const aftermathOf = ({ credentials, pool }: DatabaseSettings, isElsewhere: boolean, by: string): Aftermath => {
  if (isElsewhere) return { state: 'dirty', why: `the install now has the pool ${pool}` }
  return credentials.kind === 'secret' ? { state: 'free' } : { state: 'cleaning', by }
}

const poolOf = (settings: DatabaseSettings, mine: Claim, { to, of }: Story): PoolStore =>
  poolStore({
    cluster: to.cluster,
    namespace: of.namespace,
    name: settings.pool,
    databases: settings.names,
    confirm: mine.confirm,
    signal: of.signal,
  })

const tenantOf = ({ environment, record }: Claim): Tenant => ({
  environment: environment.id,
  ...environment.owner,
  pullRequests: record.pullRequests,
})

const movedFrom = (before: { pool: string; name: string }, { pool }: DatabaseSettings): PreviewError =>
  new PreviewError(
    'BadInput',
    `this preview has ${before.name} of the pool ${before.pool}, the install now has ${pool}`,
    {
      object: before.name,
      hint: 'remove the preview (mode teardown) and deploy it again, or set database-pool back',
    },
  )
