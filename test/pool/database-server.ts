import {
  leaseSecretName,
  PREPARE_VERSION,
  type PrepareInput,
  type PrepareResult,
  parsePrepareInput,
} from '../../checks/database/contract.ts'
import type { Preparation } from '../../src/ports.ts'
import type { Execution } from '../../src/step-functions/state-machine.ts'
import type { Random } from '../simulation/random.ts'

export const STATE_MACHINE = 'arn:aws:states:us-east-1:111122223333:stateMachine:prepare'

type Row = { generation: number; environment: string; isClean: boolean }
type Carry = <T>(request: string, act: () => T) => Promise<T>

/** What the contract says of whoever prepares databases, in memory: executions take their time, and some fail. */
export const databaseServer = (random: Random, later: (act: () => void) => void) => {
  const rows = new Map<string, Row>()
  const passwords = new Map<string, string>()
  const secrets = new Map<string, { text: string; version: string }>()
  const executions = new Map<string, Execution>()
  let versions = 0

  const answer = (input: PrepareInput, more: Partial<PrepareResult>): PrepareResult => ({
    version: PREPARE_VERSION,
    ok: more.error === undefined,
    environment: { id: input.environment.id },
    database: input.database,
    generation: input.generation,
    did: null,
    ms: 1,
    error: null,
    ...more,
  })

  const perform = (input: PrepareInput): PrepareResult => {
    const { action, database, generation, environment } = input
    const row = rows.get(database)
    if (row !== undefined && row.generation > generation)
      return answer(input, { error: { name: 'StaleGeneration', message: 'seen', generation: row.generation } })
    if (random.chance(8)) return answer(input, { error: { name: 'ConnectionRefused', message: 'nobody there' } })
    if (row?.generation === generation && row.environment !== environment.id)
      return answer(input, { error: { name: 'OtherEnvironment', message: row.environment, generation } })
    if (action === 'lease' && row?.generation === generation && row.isClean)
      return answer(input, { error: { name: 'StaleGeneration', message: 'cleaned', generation } })
    versions += 1
    const name = leaseSecretName('prepare', database)
    if (action === 'clean') {
      rows.set(database, { generation, environment: environment.id, isClean: true })
      passwords.delete(database)
      secrets.set(name, { text: '{}', version: String(versions) })
      return answer(input, { did: 'cleaned' })
    }
    if (row?.generation === generation) return answer(input, { did: 'unchanged' })
    const password = `password-${versions}`
    rows.set(database, { generation, environment: environment.id, isClean: false })
    passwords.set(database, password)
    const secret = {
      version: 1,
      engine: 'mysql',
      host: 'db',
      port: 3306,
      dbname: database,
      username: database,
      password,
    }
    secrets.set(name, {
      text: JSON.stringify({ ...secret, environment: environment.id, generation }),
      version: String(versions),
    })
    return answer(input, { did: 'reset' })
  }

  const preparationBy = (carry: Carry): Preparation => ({
    stateMachine: {
      start: (name, text) =>
        carry(`start ${name}`, () => {
          if (!executions.has(name)) {
            executions.set(name, { status: 'RUNNING' })
            const end = () => {
              const output = JSON.stringify(perform(parsePrepareInput(JSON.parse(text))))
              executions.set(name, { status: 'SUCCEEDED', output })
            }
            later(end)
          }
          return name
        }),
      describe: (name) => carry(`describe ${name}`, () => executions.get(name)),
      stop: async () => undefined,
      arnOf: (name) => name,
      consoleUrl: (name) => name,
    },
    secrets: { read: (name) => carry(`read ${name}`, () => secrets.get(name)) },
  })

  return {
    preparationBy,
    /** Whether this password lets its user in. */
    letsIn: (database: string, password: string): boolean => passwords.get(database) === password,
    tenantOf: (database: string): string | undefined => rows.get(database)?.environment,
  }
}
