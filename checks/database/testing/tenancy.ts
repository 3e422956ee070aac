import type { LeaseSecret, PrepareResult } from '../contract.ts'
import { readLeaseSecret } from '../contract.ts'
import type { Fence } from '../fence.ts'
import type { Login, Session } from '../session.ts'
import type { Interruption } from './interruption.ts'
import type { World } from './world.ts'

export type Request = 'reset' | 'keep' | 'clean'

/** Text by table. */
export type Contents = Record<string, string[]>

export type Tenant = { generation: number; login: Login; open: Session; contents: Contents }

export const SEED = "CREATE TABLE seeded (text VARCHAR(40)); INSERT INTO seeded VALUES ('a seed')"
export const SEEDED: Contents = { seeded: ['a seed'] }

const TABLES = {
  mysql: 'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
  postgres: "SELECT tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
}
const USERS = {
  mysql: "SELECT CONCAT(User, '@', Host) AS name FROM mysql.user",
  postgres: "SELECT rolname || '@%' AS name FROM pg_roles",
}
const REFUSED = /access denied for user|password authentication failed|not permitted to log in/i

export const environmentOf = (generation: number): string => String(generation).padStart(32, '0')

export type Tenancy = ReturnType<typeof tenancyIn>

/** One database, generation after generation, and what can be seen of it from outside. */
export const tenancyIn = (world: World, database: string, admin: Session) => {
  const { engine } = world
  const contents = async (session: Session): Promise<Contents> => {
    const found: Contents = {}
    for (const { name } of await session.run(TABLES[engine])) {
      found[String(name)] = (await session.run(`SELECT text FROM ${name} ORDER BY text`)).map(({ text }) =>
        String(text),
      )
    }
    return found
  }
  return {
    database,
    contents: () => world.within(world.loginOf(database), contents),
    contentsForAdmin: () => world.within({ ...world.adminLogin, database }, contents),
    /** Somebody works in the leased database, and stays connected. */
    moveIn: async (generation: number): Promise<Tenant> => {
      const login = world.loginOf(database)
      const open = await world.connect(login)
      for (const statement of [
        'DROP TABLE IF EXISTS notes',
        'CREATE TABLE notes (text VARCHAR(40))',
        `INSERT INTO notes VALUES ('of ${generation}')`,
        `INSERT INTO seeded VALUES ('of ${generation}')`,
      ]) {
        await open.run(statement)
      }
      return { generation, login, open, contents: await contents(open) }
    },
    /** Whether the server does not let that user in; any other trouble is an error. */
    refuses: async (password: string): Promise<boolean> => {
      try {
        await world.within({ user: database, password, database }, async () => {})
        return false
      } catch (error) {
        if (REFUSED.test(String(error))) return true
        throw error
      }
    },
    fence: async (): Promise<Pick<Fence, 'generation' | 'environment' | 'state'> | undefined> => {
      const sql = `SELECT generation, environment, state FROM eks_preview.lease WHERE name = '${database}'`
      const [row] = await admin.run(sql)
      return row && { ...(row as Fence), generation: Number(row.generation) }
    },
    secret: (): LeaseSecret | undefined => readLeaseSecret(world.secretText(database)),
    users: async (): Promise<string[]> =>
      (await admin.run(USERS[engine]))
        .map(({ name }) => String(name))
        .filter((name) => name.startsWith(`${database}@`)),
  }
}

export const askFor = (
  world: World,
  { database, generation, request }: { database: string; generation: number; request: Request },
  { ports }: Interruption,
): Promise<PrepareResult> => {
  const asked = request === 'clean' ? { action: 'clean' as const } : { data: request }
  const environment = environmentOf(generation)
  return world.ask({ database, generation, environment, ...asked }, { seed: SEED, ...ports })
}

/** Every password in what was sent: those of logins, of statements, and of the secret. */
export const passwordsIn = ({ sent }: Interruption): string[] =>
  sent
    .flatMap((text) => [...text.matchAll(/(?:^|BY |PASSWORD )'([^']+)'|"password":"([^"]+)"/g)])
    .map(([, quoted, written]) => quoted ?? written ?? '')
