import { setTimeout as pause } from 'node:timers/promises'
import { ContractError } from '../contract.ts'
import { leaseSecretName, type PrepareInput, type PrepareResult, parsePrepareInput } from './contract.ts'
import { PrepareFailure, secretVeil, step } from './failure.ts'
import { openMysql } from './mysql.ts'
import { mysqlConnect } from './mysql-session.ts'
import { openPostgres } from './postgres.ts'
import { postgresConnect } from './postgres-session.ts'
import { type Did, prepare } from './prepare.ts'
import { retrying } from './retry.ts'
import type { SecretStore } from './secret-store.ts'
import type { OpenServer } from './server.ts'
import type { Connect, ServerAddress } from './session.ts'
import { readAdmin, readSettings, type Settings } from './settings.ts'

export type RequestPorts = {
  env: NodeJS.ProcessEnv
  secrets: SecretStore
  readSeed: (seed: NonNullable<Settings['seed']>) => Promise<string>
  /** Milliseconds until an answer has to be given. */
  timeLeft: () => number
  log: (line: string) => void
  /** Between the story and the drivers, for those who want to see or break what is sent. */
  through?: (connect: Connect) => Connect
}

const ENGINES: Record<Settings['engine'], { open: OpenServer; connect: (at: ServerAddress) => Connect }> = {
  mysql: { open: openMysql, connect: mysqlConnect },
  postgres: { open: openPostgres, connect: postgresConnect },
}

const ATTEMPTS = 5

/** The result of a request, whatever comes of it: no secret is in it, nor in a line of the log. */
export const answerTo = async (event: unknown, ports: RequestPorts): Promise<PrepareResult> => {
  const started = Date.now()
  const veil = secretVeil()
  const log = (about: object) => ports.log(veil.text(JSON.stringify(about)))
  let input: PrepareInput | undefined
  const result = (did: PrepareResult['did'], error: PrepareResult['error']): PrepareResult => ({
    version: 1,
    ok: error === null,
    environment: input ? { id: input.environment.id } : null,
    database: input?.database ?? null,
    generation: input?.generation ?? null,
    did,
    ms: Date.now() - started,
    error,
  })
  const answer = await (async () => {
    try {
      input = parsePrepareInput(event)
      return result(await carryOut(input, ports, veil.hide, (line) => log({ retry: line })), null)
    } catch (error) {
      return result(null, errorOf(error, veil.text))
    }
  })()
  log({ action: input?.action, ...answer, run: input?.run.url })
  return answer
}

const errorOf = (error: unknown, veiled: (text: string) => string): NonNullable<PrepareResult['error']> => {
  if (error instanceof PrepareFailure || error instanceof ContractError) {
    const generation = error instanceof PrepareFailure ? error.generation : undefined
    return { name: error.name, message: veiled(error.message), ...(generation !== undefined && { generation }) }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { name: 'Unexpected', message: veiled(`Prepare a database: ${message}`) }
}

const carryOut = async (
  input: PrepareInput,
  ports: RequestPorts,
  hide: (secret: string) => void,
  log: (line: string) => void,
): Promise<Did> => {
  const { readSeed, secrets, timeLeft } = ports
  const settings = readSettings(ports.env)
  const { adminSecret, engine, host, port } = settings
  refuseOutside(input, settings)
  const admin = readAdmin(
    await step(`Read the admin's secret ${adminSecret}`, () => secrets.read(adminSecret)),
    adminSecret,
  )
  hide(admin.password)
  refuseAdmin(input, admin.user)
  const { connect: driver, open } = ENGINES[engine]
  const direct = driver({ ...settings, timeLeft })
  const connect = ports.through?.(direct) ?? direct
  const { seed } = settings
  const attempt = async (): Promise<Did> => {
    const server = await step(`Connect to ${engine} at ${host}:${port}`, () =>
      open({ connect, admin, database: input.database }),
    )
    try {
      return await prepare(input, {
        server,
        secrets,
        secretName: leaseSecretName(settings.secretPrefix, input.database),
        address: { host, port },
        seed: async () => seed && (await readSeed(seed)),
        hide,
      })
    } finally {
      await server.close()
    }
  }
  return await retrying(attempt, { attempts: ATTEMPTS, timeLeft, pause, random: Math.random, log })
}

const refuseOutside = ({ database, engine }: PrepareInput, settings: Settings): void => {
  if (engine !== settings.engine) {
    const message = `${database} is asked for on ${engine}, but this state machine prepares databases on ${settings.engine}`
    throw new PrepareFailure('WrongEngine', `${message}. Which of them does database-prepare-arn name?`)
  }
  if (settings.databases.includes(database)) return
  const message = `${database} is none of the databases that this state machine may prepare`
  throw new PrepareFailure('NotOfThePool', `${message}. Add it with npm run checks:deploy -- --database-names`)
}

/** The user of a database has its name. The admin would be locked out by the first lease. */
const refuseAdmin = ({ database }: PrepareInput, user: string): void => {
  if (database.toLowerCase() !== user.toLowerCase()) return
  const message = `Database ${database} has the name of the server's admin user, whose password would be changed`
  throw new PrepareFailure('Misconfigured', `${message}. Give the database another name`)
}
