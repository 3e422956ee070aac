import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { stackFacts } from '../../local/scene.ts'
import { until } from '../../local/stack/until.ts'
import type { Pool } from '../../src/database/pool.ts'
import { CONFIG, files, type Home, openHome } from './home.ts'

export type Engine = 'mysql' | 'postgres'

/** An app that waits for its database, migrates it, counts its visitors in it, and says which commit it is. */
export const withDatabase = {
  ...files,
  [CONFIG]: `database: {}
apps:
  app1:
    image: 000000000000.dkr.ecr.us-east-1.amazonaws.com/app1
    port: 3000
    health: /healthz
    commit: { header: x-commit }
    waitFor: [database]
    migrate: { command: [/app, sql, "CREATE TABLE IF NOT EXISTS migrated (version INT)"] }
`,
}

/** Whose previews lease these databases of the stack's server, each with credentials of its own. */
export const openDatabaseHome = async (
  engine: Engine,
  names: readonly string[],
  more: Record<string, string> = {},
): Promise<Home> => {
  const { host, port, prepareArn } = (await stackFacts()).aws.databases[engine]
  return openHome({
    'database-engine': engine,
    'database-host': host,
    'database-port': String(port),
    'database-names': names.join(','),
    'database-prepare-arn': prepareArn,
    ...more,
  })
}

/** Empty before the first preview has asked for a database. */
export const poolOf = async ({ namespace }: Home): Promise<Pool> => {
  const pool = ['configmap', 'eks-preview.pool.default', '-n', namespace, '--ignore-not-found']
  const text = await kubectl(['get', ...pool, '-o', 'jsonpath={.data.pool}'])
  return text === '' ? { v: 1, slots: {}, queue: [], fence: 0 } : JSON.parse(text)
}

/** What every database of the pool is: `free`, or whose. */
export const holders = async (home: Home): Promise<Record<string, string>> =>
  Object.fromEntries(
    Object.entries((await poolOf(home)).slots).map(([name, slot]) => [
      name,
      slot.state === 'leased' ? slot.tenant.branch : slot.state,
    ]),
  )

/** The URLs in the Secrets of leases, by the Secret's name. */
export const databaseUrls = async ({ namespace }: Home): Promise<Record<string, string>> => {
  const { items } = JSON.parse(await kubectl(['get', 'secrets', '-n', namespace, '-o', 'json']))
  const secrets = items as { metadata: { name: string }; data: Record<string, string> }[]
  return Object.fromEntries(
    secrets
      .filter(({ metadata }) => metadata.name.startsWith('eks-preview.database.'))
      .map(({ metadata, data }) => [metadata.name, Buffer.from(data.DATABASE_URL ?? '', 'base64').toString()]),
  )
}

/** Whether a server lets somebody in with this URL; another reason than its refusal is thrown. */
export const letsIn = async (url: string): Promise<boolean> => {
  try {
    if (url.startsWith('mysql:')) await (await createConnection({ uri: url, connectTimeout: 5_000 })).end()
    else {
      const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
      await client.connect()
      await client.end()
    }
    return true
  } catch (error) {
    const { code = '' } = error as { code?: string }
    // To a user that it does not know MySQL says one of several refusals, at random. PostgreSQL: invalid authorization,
    // invalid password, no such database.
    if (code.includes('ACCESS_DENIED') || ['ER_BAD_DB_ERROR', '28000', '28P01', '3D000'].includes(code)) return false
    throw error
  }
}

/** What the app says of its database; every visit is counted in it. */
export const visit = async (url: string): Promise<{ name: string; user: string; visits: number }> => {
  const response = await fetch(`${url}/database`)
  if (!response.ok) throw new Error(`${url}/database: ${response.status} ${await response.text()}`)
  return (await response.json()) as { name: string; user: string; visits: number }
}

/** What the platform team has done on its MySQL server. */
export const asAdmin = async ({ stack }: Home, ...statements: string[]): Promise<void> => {
  const { host, port, admin } = stack.aws.databases.mysql
  const connection = await createConnection({ host, port, user: admin.username, password: admin.password })
  for (const statement of statements) await connection.query(statement)
  await connection.end()
}

/** Its dump, once no controller writes anything any more. */
export const dumpAtRest = async (home: Home): Promise<string[]> =>
  until('the controllers to come to rest', 60, async () => {
    const before = await home.dump()
    await sleep(1_000)
    return isDeepStrictEqual(await home.dump(), before) ? before : undefined
  })
