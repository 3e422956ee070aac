import { leaseSecretName, readLeaseSecret } from '../../checks/database/contract.ts'
import { PreviewError } from '../errors.ts'
import type { Credentials, SecretStore } from './credentials.ts'
import { type Lease, leaseOf, raised } from './pool.ts'
import { prepare } from './prepare.ts'
import { requestOf } from './request.ts'
import { type Tenancy, tenantOf } from './tenancy.ts'

/** What a lease lets its tenant in with. The lease is a newer one when the database had seen more than the pool knew. */
export type Access = { lease: Lease; credentials: Credentials }

/** Once the database has a generation from us it cannot have seen a newer one, unless another pool uses it too. */
const TRIES = 3

export const accessTo = (lease: Lease, tenancy: Tenancy): Promise<Access> => {
  const { credentials } = tenancy.settings
  return credentials.kind === 'secret'
    ? shared(lease, credentials.name, tenancy)
    : prepared(lease, credentials.stateMachineArn, tenancy)
}

/** One set of credentials for all databases: the lease only says which of them. */
const shared = async (lease: Lease, name: string, { story }: Tenancy): Promise<Access> => {
  const { to, of } = story
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

/** Credentials of this lease alone; those of the one before are refused from then on. */
const prepared = async (first: Lease, arn: string, tenancy: Tenancy): Promise<Access> => {
  const { settings, store, mine, story, say } = tenancy
  const { stateMachine, secrets } = story.to.preparation(arn)
  let lease = first
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const credentials = await read(secrets, arn, mine.environment.id, lease)
    if (credentials !== undefined) return { lease, credentials }
    say.info(`preparing ${lease.name} for lease ${lease.generation}`)
    const result = await prepare(stateMachine, requestOf('lease', { ...lease, tenant: tenantOf(mine) }, tenancy), {
      ...story.of,
      say,
    })
    if ('did' in result) {
      say.info(`${lease.name}: ${result.did}`)
      continue
    }
    // The pool was lost and counts anew: what the database has seen is what counts.
    const pool = await store.change((pool) => raised(pool, lease, result.stale + 1))
    lease = leaseOf(pool, mine.environment.id) ?? lease
    await mine.update({ database: { pool: settings.pool, ...lease } })
  }
  throw new PreviewError('Rejected', `${lease.name} was prepared, but its credentials are not there`, {
    object: secretNameOf(arn, lease),
    hint: 'see whether another install uses the same databases, and the log of the function that prepares them',
  })
}

const read = async (
  secrets: SecretStore,
  arn: string,
  environment: string,
  lease: Lease,
): Promise<Credentials | undefined> => {
  const found = await secrets.read(secretNameOf(arn, lease))
  const secret = found && readLeaseSecret(found.text)
  if (found === undefined || secret === undefined) return undefined
  const { dbname, generation, username, password } = secret
  const isOurs = dbname === lease.name && generation === lease.generation && secret.environment === environment
  return isOurs ? { username, password, version: found.version } : undefined
}

/** The function puts it there by the same rule. */
const secretNameOf = (arn: string, { name }: Lease): string => leaseSecretName(arn.split(':')[6] ?? '', name)
