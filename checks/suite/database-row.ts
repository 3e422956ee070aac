import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { SmokeInput } from '../contract.ts'
import { type LeaseSecret, leaseSecretName, readLeaseSecret } from '../database/contract.ts'
import { step } from '../database/failure.ts'
import { mysqlConnect } from '../database/mysql-session.ts'
import { postgresConnect } from '../database/postgres-session.ts'
import { secretsManager } from '../database/secret-store.ts'
import type { Session } from '../database/session.ts'
import { AWS_LIMITS } from './aws-limits.ts'
import { hide } from './recording.ts'
import { QUESTIONS, type Where } from './row-question.ts'
import { type Looks, timeLeft } from './smoke-case.ts'

export type Looked = {
  /** What is not there, in words; undefined when the row is. */
  missing(table: string, where: Where): Promise<string | undefined>
  close(): Promise<void>
}

const DRIVERS = { mysql: mysqlConnect, postgres: postgresConnect }
const ANSWER_LIMIT_MS = 10_000

/** The leased database as its tenant, to look and not to touch. @throws Error when it is not this preview's */
export const openDatabase = async (input: SmokeInput, looks: Looks): Promise<Looked> => {
  const lease = await readLease(input, looks)
  hide(lease.password)
  const { dbname, engine, host, password, port, username } = lease
  const address = { host, port, tls: looks.databaseTls, timeLeft: () => Math.min(timeLeft(), 60_000) }
  const at = `${dbname} on ${host}:${port}`
  const session = await step(`Connect to ${at}`, () =>
    DRIVERS[engine](address)({ user: username, password, database: dbname }),
  )
  return {
    missing: (table, where) => step(`Look into ${table} of ${at}`, () => missing(session, lease, table, where)),
    close: () => session.close(),
  }
}

/** Under the Lambda's own prefix, by the database's name: nothing else can be read, whoever asks. */
const readLease = async ({ database, environment }: SmokeInput, { secretPrefix }: Looks): Promise<LeaseSecret> => {
  if (database === null) throw new Error('this preview has no database')
  if (secretPrefix === '')
    throw new Error(
      `these checks may not look into databases: deploy them with --database-engine and its companions (npm run checks:deploy)`,
    )
  const name = leaseSecretName(secretPrefix, database.name)
  const store = secretsManager(new SecretsManagerClient(AWS_LIMITS))
  const text = await step(`Read the credentials of ${database.name} (${name})`, () => store.read(name))
  const lease = readLeaseSecret(text ?? '')
  if (lease === undefined)
    throw new Error(`there are no credentials for ${database.name} in ${name}: it is leased to nobody`)
  if (lease.environment !== environment.id)
    throw new Error(`the database ${database.name} belongs to another preview now`)
  if (lease.engine !== database.engine || lease.dbname !== database.name)
    throw new Error(`the credentials in ${name} are for ${lease.dbname} on ${lease.engine}, not ${database.name}`)
  return lease
}

const missing = async (
  session: Session,
  { dbname, engine }: LeaseSecret,
  table: string,
  where: Where,
): Promise<string | undefined> => {
  const { begin, columnless, end, question, tableless } = QUESTIONS[engine]
  const { sql, values } = question(table, where)
  for (const statement of begin) await session.run(statement)
  try {
    const rows = await session.run(sql, values, ANSWER_LIMIT_MS)
    if (rows.length > 0) return undefined
  } catch (error) {
    const { code = '' } = error as { code?: string }
    const elsewhere = 'its migrations ran in another database, or not at all'
    if (code === tableless) return `there is no table ${table} in ${dbname}: ${elsewhere}`
    if (code === columnless)
      return `table ${table} of ${dbname} has no such columns (${where.map(([name]) => name).join(', ')})`
    throw error
  } finally {
    // A connection that was lost took its transaction with it; why it was lost is what is told.
    await session.run(end).catch(() => {})
  }
  const sought = where.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(' and ')
  return `there is no row in ${table} of ${dbname} where ${sought}: the app writes into another database, or not at all`
}
