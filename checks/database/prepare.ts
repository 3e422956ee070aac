import { randomBytes } from 'node:crypto'
import { type LeaseSecret, type PrepareInput, type PrepareResult, readLeaseSecret } from './contract.ts'
import { PrepareFailure, step } from './failure.ts'
import { decide, type Fence } from './fence.ts'
import type { SecretStore } from './secret-store.ts'
import type { DatabaseServer } from './server.ts'

export type Did = NonNullable<PrepareResult['did']>

export type PreparePorts = {
  server: DatabaseServer
  secrets: SecretStore
  secretName: string
  /** What apps are told about the server. */
  address: { host: string; port: number }
  /** The SQL that a new database begins with. */
  seed: () => Promise<string | undefined>
  /** Every password, before it can get into any text. */
  hide: (secret: string) => void
}

/**
 * One request, from its lock to its result. What it did can be read from the fence at every moment, so it may end
 * anywhere: whoever asks again carries on.
 */
export const prepare = async (asked: PrepareInput, to: PreparePorts): Promise<Did> => {
  const { database } = asked
  const { server } = to
  await step(`Lock ${database}`, server.lock)
  const seen = await step(`Read the fence of ${database}`, server.readFence)
  const decision = decide(seen, asked)
  if (decision === 'nothing') return 'unchanged'
  if (!seen) await refuseForeignUser(server, database)
  const shape = (await step(`Look at database ${database}`, server.readShape)) ?? null
  if (decision === 'clean') return await clean(asked, to, shape ?? seen?.shape ?? null)
  if (decision === 'verify' && shape !== null) return await verify(asked, to)
  // Of a database that is gone there is nothing to keep.
  const anew = decision === 'reset' || shape === null
  return await lease(asked, to, { anew, shape: shape ?? seen?.shape ?? null })
}

const refuseForeignUser = async (server: DatabaseServer, database: string): Promise<void> => {
  if (!(await step(`Look for user ${database}`, server.hasUser))) return
  const message = `The server has a user ${database} that was not made by this: its password is somebody's. Drop or rename that user, then run it again`
  throw new PrepareFailure('ForeignUser', message)
}

/** A generation that the database has not had, or whose work was cut off: nobody of before is let in any more. */
const lease = async (
  asked: PrepareInput,
  to: PreparePorts,
  { anew, shape }: { anew: boolean; shape: string | null },
): Promise<Did> => {
  const { database } = asked
  const { server } = to
  // Before anything is changed: without it there is nothing to begin with.
  const sql = anew ? await step('Read the seed', to.seed) : undefined
  await writeFence(asked, to, anew ? 'resetting' : 'keeping', shape)
  await expel(asked, to)
  if (anew) await step(`Make database ${database} anew`, () => server.recreate(shape, 'tenant'))
  const password = await admit(asked, to)
  if (sql) await seed(database, { password, sql }, to)
  // Whoever was just logging in with the password of before.
  await step(`End the sessions of ${database}`, server.endSessions)
  await publish(asked, to, password)
  await writeFence(asked, to, 'ready', shape)
  return anew ? 'reset' : 'kept'
}

/** It was ready for this generation: is it still? */
const verify = async (asked: PrepareInput, to: PreparePorts): Promise<Did> => {
  const { database } = asked
  if (await step(`Try the credentials of ${database}`, () => credentialsWork(asked, to))) return 'unchanged'
  await publish(asked, to, await admit(asked, to))
  return 'kept'
}

const credentialsWork = async (asked: PrepareInput, { address, hide, secretName, secrets, server }: PreparePorts) => {
  const text = await secrets.read(secretName)
  const secret = text === undefined ? undefined : readLeaseSecret(text)
  if (secret === undefined) return false
  hide(secret.password)
  const { password } = secret
  if (JSON.stringify(secret) !== JSON.stringify(secretOf(asked, address, password))) return false
  const session = await server.login(password)
  await session?.close()
  return session !== undefined
}

const clean = async (asked: PrepareInput, to: PreparePorts, shape: string | null): Promise<Did> => {
  const { database } = asked
  const { secretName, secrets, server } = to
  await writeFence(asked, to, 'cleaning', shape)
  await expel(asked, to)
  await step(`Empty database ${database}`, () => server.recreate(shape, 'admin'))
  await step(`End the sessions of ${database}`, server.endSessions)
  await step(`Drop user ${database}`, server.dropUser)
  await step(`Take the credentials out of secret ${secretName}`, async () => {
    const { engine, environment, generation } = asked
    const text = JSON.stringify({
      version: 1,
      engine,
      dbname: database,
      cleaned: { environment: environment.id, generation },
    })
    if ((await secrets.read(secretName)) !== undefined) await secrets.write(secretName, text)
  })
  await writeFence(asked, to, 'clean', shape)
  return 'cleaned'
}

const writeFence = (
  { database, environment, generation }: PrepareInput,
  { server }: PreparePorts,
  state: Fence['state'],
  shape: string | null,
): Promise<void> =>
  step(`Write down that ${database} is ${state} for generation ${generation}`, () =>
    server.writeFence({ generation, environment: environment.id, state, shape }),
  )

const expel = async ({ database }: PrepareInput, { server }: PreparePorts): Promise<void> => {
  // In this order: whoever is sent out does not come in again.
  await step(`Take the password of user ${database} away`, server.lockOut)
  await step(`End the sessions of ${database}`, server.endSessions)
}

const admit = async ({ database }: PrepareInput, { hide, server }: PreparePorts): Promise<string> => {
  const password = randomBytes(32).toString('base64url')
  hide(password)
  await step(`Give user ${database} its rights and a password`, () => server.admit(password))
  return password
}

const publish = (asked: PrepareInput, { address, secretName, secrets }: PreparePorts, password: string) =>
  step(`Write the credentials to secret ${secretName}`, () =>
    secrets.write(secretName, JSON.stringify(secretOf(asked, address, password))),
  )

const secretOf = (
  { database, engine, environment, generation }: PrepareInput,
  { host, port }: PreparePorts['address'],
  password: string,
): LeaseSecret => ({
  version: 1,
  engine,
  host,
  port,
  dbname: database,
  username: database,
  password,
  environment: environment.id,
  generation,
})

/** As the tenant: what is in the file can touch this database and no other. */
const seed = (database: string, { password, sql }: { password: string; sql: string }, { server }: PreparePorts) =>
  step(`Seed database ${database}`, async () => {
    const session = await server.login(password)
    if (!session) throw new PrepareFailure('SeedFailed', `Seed database ${database}: its user cannot log in`)
    try {
      await session.script(sql)
    } finally {
      await session.close()
    }
  })
