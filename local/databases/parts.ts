import { addresses } from '../cluster/addresses.ts'
import { finished, type PartStarter } from '../stack/part.ts'
import { mariadbData, setUpMariadb, startMariadb } from './mariadb.ts'
import { type Admin, type DatabasePlace, NAMES } from './place.ts'
import { postgresData, setUpPostgres, startPostgres } from './postgres.ts'

/** What programs inside need to use a database server; `admin` is for set-up and tests. */
export type DatabaseFacts = { host: string; port: number; names: string[]; admin: Admin }
export type DatabaseServers = Record<'mysql' | 'postgres', DatabaseFacts>

/** Paths of the initialised data folders, which `up` makes before anything starts. */
export const initialDatabases = async (): Promise<Record<keyof DatabaseServers, string>> => ({
  mysql: await mariadbData(),
  postgres: await postgresData(),
})

// Private to the stack and in memory: the servers' own user may come here, and everything goes with the namespaces.
const placeOf = (engine: keyof DatabaseServers, port: number): DatabasePlace => ({
  folder: `/run/eks-preview-${engine}`,
  host: addresses.node,
  port,
})
const mysql = placeOf('mysql', addresses.mysqlPort)
const postgres = placeOf('postgres', addresses.postgresPort)

/** Two parts, so that others start while the servers do; and what is known when both have started. */
export const databaseParts = (): { servers: PartStarter; ready: PartStarter; facts: () => DatabaseServers } => {
  let facts: DatabaseServers
  const factsOf = ({ host, port }: DatabasePlace, admin: Admin): DatabaseFacts => ({ host, port, names: NAMES, admin })
  return {
    servers: {
      name: 'database servers',
      start: async ({ options, spawn }) => {
        const parts = await Promise.all([
          startMariadb(mysql, options.databases.mysql, spawn),
          startPostgres(postgres, options.databases.postgres, spawn),
        ])
        return { close: async () => void (await Promise.all(parts.map((part) => part.close()))) }
      },
    },
    ready: {
      name: 'databases',
      start: async () => {
        const [one, other] = await Promise.all([setUpMariadb(mysql), setUpPostgres(postgres)])
        facts = { mysql: factsOf(mysql, one), postgres: factsOf(postgres, other) }
        return finished
      },
    },
    facts: () => facts,
  }
}
