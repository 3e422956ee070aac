import { randomBytes } from 'node:crypto'
import { PrepareFailure } from './failure.ts'
import {
  busy,
  type DatabaseServer,
  fenceOf,
  fenceValues,
  IDLE_LIMIT_S,
  LOCK_WAIT_S,
  type OpenServer,
  refusedBy,
  untilNoSessions,
} from './server.ts'
import type { Connect, Session } from './session.ts'

/** All there is for one database but GRANT OPTION. In full: an admin as RDS has it may not grant ALL. */
const RIGHTS =
  'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, ' +
  'CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER'

const TABLE = `CREATE TABLE IF NOT EXISTS eks_preview.lease (
  name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
  generation BIGINT NOT NULL,
  environment CHAR(32) NOT NULL,
  state VARCHAR(16) NOT NULL,
  shape TEXT
)`

/** Access denied, access to the database denied, no such database. */
const REFUSALS = [1045, 1044, 1049]
const KILL_REFUSALS = [1095, 1227]
const NO_SUCH_THREAD = 1094

export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/**
 * The database in a GRANT, where `_` and `%` are wildcards unless they are escaped: without, `preview_01` could read
 * `previewX01`. A server with partial_revokes takes every character as it is, the backslash too.
 */
export const grantPattern = (name: string, wildcards: boolean): string =>
  quoted(wildcards ? name.replaceAll(/[_%\\]/g, '\\$&') : name)

/** MySQL, MariaDB and Aurora MySQL. */
export const openMysql: OpenServer = async ({ connect, admin, database }) => {
  const session = await connect(admin)
  await session.run(`SET SESSION wait_timeout = ${IDLE_LIMIT_S}, lock_wait_timeout = 20, innodb_lock_wait_timeout = 20`)
  return mysqlServer(session, connect, database)
}

const mysqlServer = (session: Session, connect: Connect, database: string): DatabaseServer => {
  const name = quoted(database)
  const user = `${name}@'%'`
  /** Statements about users take no parameters. What is put here has no character that means something. */
  const setPassword = async (password: string): Promise<void> => {
    if (!/^[\w-]+$/.test(password)) throw new Error('a password may have letters, digits, _ and - only')
    await session.run(`ALTER USER ${user} IDENTIFIED BY '${password}'`)
  }
  return {
    ...mysqlFence(session, database),
    readShape: () => readShape(session, database),
    hasUser: async () => (await session.run('SELECT 1 FROM mysql.user WHERE User = ?', [database])).length > 0,
    lockOut: async () => {
      await session.run(`CREATE USER IF NOT EXISTS ${user} IDENTIFIED BY '${unknownPassword()}'`)
      await setPassword(unknownPassword())
    },
    endSessions: () => untilNoSessions(database, () => killSessions(session, database)),
    recreate: async (shape) => {
      const made = shape === null ? '' : ` ${shapeClauses(shape)}`
      await session.run(`DROP DATABASE IF EXISTS ${name}`)
      await session.run(`CREATE DATABASE ${name}${made}`)
    },
    admit: async (password) => {
      const [revokes] = await session.run("SHOW VARIABLES LIKE 'partial_revokes'")
      const pattern = grantPattern(database, String(revokes?.Value ?? 'OFF') === 'OFF')
      await session.run(`GRANT ${RIGHTS} ON ${pattern}.* TO ${user}`)
      await setPassword(password)
    },
    login: (password) => connect({ user: database, password, database }).catch(refusedBy(REFUSALS)),
    dropUser: async () => void (await session.run(`DROP USER IF EXISTS ${user}`)),
    close: session.close,
  }
}

const unknownPassword = (): string => randomBytes(48).toString('base64url')

const mysqlFence = (session: Session, database: string): Pick<DatabaseServer, 'lock' | 'readFence' | 'writeFence'> => ({
  lock: async () => {
    const values = [`eks_preview.${database}`, LOCK_WAIT_S]
    const [row] = await session.run('SELECT GET_LOCK(?, ?) AS got', values, (LOCK_WAIT_S + 10) * 1000)
    if (Number(row?.got) !== 1) throw busy(database)
    await session.run('CREATE DATABASE IF NOT EXISTS eks_preview')
    await session.run(TABLE)
  },
  readFence: async () => {
    const sql = 'SELECT generation, environment, state, shape FROM eks_preview.lease WHERE name = ?'
    return fenceOf((await session.run(sql, [database]))[0])
  },
  writeFence: async (fence) => {
    const sql = `INSERT INTO eks_preview.lease (name, generation, environment, state, shape) VALUES (?, ?, ?, ?, ?)
      ON DUPLICATE KEY UPDATE generation = VALUES(generation), environment = VALUES(environment), state = VALUES(state), shape = VALUES(shape)`
    await session.run(sql, fenceValues(database, fence))
  },
})

const readShape = async (session: Session, database: string): Promise<string | null> => {
  const sql = `SELECT DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation
    FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?`
  const [row] = await session.run(sql, [database])
  return row === undefined ? null : JSON.stringify({ charset: row.charset, collation: row.collation })
}

const shapeClauses = (shape: string): string => {
  const { charset, collation } = JSON.parse(shape) as { charset: string; collation: string }
  for (const word of [charset, collation]) {
    if (!/^\w+$/.test(word)) throw new PrepareFailure('DatabaseError', `The character set ${word} is none`)
  }
  return `CHARACTER SET ${charset} COLLATE ${collation}`
}

const killSessions = async (session: Session, database: string): Promise<number> => {
  const open = await session.run('SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = ?', [database])
  for (const { id } of open) {
    try {
      await kill(session, Number(id))
    } catch (error) {
      if ((error as { errno?: number }).errno !== NO_SUCH_THREAD) throw error
    }
  }
  return open.length
}

const kill = async (session: Session, id: number): Promise<void> => {
  try {
    await session.run(`KILL ${id}`)
  } catch (error) {
    if (!KILL_REFUSALS.includes((error as { errno?: number }).errno ?? 0)) throw error
    // RDS gives its master user this instead of the right to KILL.
    await session.run(`CALL mysql.rds_kill(${id})`)
  }
}
