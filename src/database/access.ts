import { leaseSecretName, readLeaseSecret } from '../../checks/database/contract.ts'
import type { Claim } from '../cluster/record.ts'
import { PreviewError } from '../errors.ts'
import type { Preparation as Machines } from '../ports.ts'
import type { Say } from '../step.ts'
import type { Story } from '../story.ts'
import type { Cleaner } from './clean.ts'
import type { Credentials } from './credentials.ts'
import { type Lease, leaseOf, raised } from './pool.ts'
import type { PoolStore } from './pool-store.ts'
import { prepare } from './prepare.ts'
import type { DatabaseSettings } from './settings.ts'

/** What a lease lets its tenant in with. The lease is a newer one when the database had seen more than the pool knew. */
export type Access = { lease: Lease; credentials: Credentials }

/** Once the database has a generation from us it cannot have seen a newer one, unless another pool uses it too. */
const TRIES = 3

export const accessTo = (
  lease: Lease,
  settings: DatabaseSettings,
  store: PoolStore,
  mine: Claim,
  story: Story,
  say: Say,
): Promise<Access> =>
  settings.credentials.kind === 'secret'
    ? shared(lease, settings.credentials.name, story)
    : prepared(lease, settings, settings.credentials.stateMachineArn, store, mine, story, say)

/** One set of credentials for all databases: the lease only says which of them. */
const shared = async (lease: Lease, name: string, { to, of }: Story): Promise<Access> => {
  const object = `Secret/${of.namespace}/${name}`
  const live = await to.cluster.get({ apiVersion: 'v1', kind: 'Secret', namespace: of.namespace, name })
  const text = (key: string) => Buffer.from(live?.data?.[key] ?? '', 'base64').toString()
  const [username, password] = [text('username'), text('password')]
  if (live === undefined || username === '' || password === '')
    throw new PreviewError('NotFound', `${object} ${live ? 'has no username and password' : 'does not exist'}`, {
      object,
      hint: 'the platform team makes it, with the keys username and password, or corrects database-secret',
    })
  return { lease, credentials: { username, password, version: live.metadata.resourceVersion } }
}

/** Credentials of this lease alone; the one before is refused from then on. */
const prepared = async (
  first: Lease,
  settings: DatabaseSettings,
  arn: string,
  store: PoolStore,
  mine: Claim,
  { to, of }: Story,
  say: Say,
): Promise<Access> => {
  const machines = to.preparation(arn)
  let lease = first
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const credentials = await read(machines, arn, mine, lease)
    if (credentials !== undefined) return { lease, credentials }
    say.info(`preparing ${lease.name} for lease ${lease.generation}`)
    const wish = { action: 'lease' as const, ...subjectOf(mine, of.url), engine: settings.engine, ...databaseOf(lease) }
    const result = await prepare(machines.stateMachine, wish, { ...of, say })
    if ('did' in result) {
      say.info(`${lease.name}: ${result.did}`)
      continue
    }
    // The pool was lost and counts anew: what the database has seen is what counts.
    await store.change((pool) => raised(pool, lease, result.stale + 1))
    lease = leaseOf(await store.read(), mine.environment.id) ?? lease
    await mine.update({ database: { pool: settings.pool, ...lease } })
  }
  throw new PreviewError('Rejected', `${lease.name} was prepared, but its credentials are not there`, {
    object: secretNameOf(arn, lease),
    hint: 'see whether another install uses the same databases, and the log of the function that prepares them',
  })
}

const read = async (
  { secrets }: Machines,
  arn: string,
  mine: Claim,
  lease: Lease,
): Promise<Credentials | undefined> => {
  const found = await secrets.read(secretNameOf(arn, lease))
  const secret = found && readLeaseSecret(found.text)
  if (found === undefined || secret === undefined) return undefined
  const isOurs =
    secret.dbname === lease.name && secret.generation === lease.generation && secret.environment === mine.environment.id
  return isOurs ? { username: secret.username, password: secret.password, version: found.version } : undefined
}

/** Empties a database whose tenant is gone, and locks it. Where all share one set of credentials nothing is done. */
export const cleanerOf =
  (settings: DatabaseSettings, mine: Claim, { to, of }: Story, say: Say): Cleaner =>
  async (lease) => {
    if (settings.credentials.kind === 'secret') return { did: 'kept' }
    const { stateMachine } = to.preparation(settings.credentials.stateMachineArn)
    const wish = { action: 'clean' as const, ...subjectOf(mine, of.url), engine: settings.engine, ...databaseOf(lease) }
    return prepare(stateMachine, wish, { ...of, say })
  }

const databaseOf = ({ name, generation }: Lease) => ({ database: name, generation })

const subjectOf = ({ environment: { id, owner } }: Claim, url: string) => ({
  environment: { id, repository: owner.repository, branch: owner.branch },
  run: { url },
})

/** The function puts it there by the same rule. */
const secretNameOf = (arn: string, { name }: Lease): string => leaseSecretName(arn.split(':')[6] ?? '', name)
