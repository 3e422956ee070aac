import { randomBytes } from 'node:crypto'
import { openFence } from './postgres-fence.ts'
import { readShape, shapeClauses } from './postgres-shape.ts'
import { scramVerifier } from './scram.ts'
import { type DatabaseServer, type OpenServer, refusedBy, untilNoSessions } from './server.ts'
import type { Connect, Session } from './session.ts'

/** Wrong password, not allowed to log in, no such database, no right to connect, connections not allowed. */
const REFUSALS = ['28P01', '28000', '3D000', '42501', '55000']
/** No such database; connections not allowed. */
const GONE = ['3D000', '55000']

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** PostgreSQL 13 and later, and Aurora PostgreSQL. */
export const openPostgres: OpenServer = async ({ connect, admin, database }) => {
  const { session, ...fence } = await openFence(connect, admin, database)
  const elsewhere: Elsewhere = (place) => connect({ ...admin, database: place }).catch(refusedBy(GONE))
  return { ...fence, ...postgresServer(session, { connect, elsewhere, database }) }
}

/** A session of the admin's in another database; undefined when it is gone, or just made anew. */
type Elsewhere = (place: string) => Promise<Session | undefined>

const postgresServer = (
  session: Session,
  { connect, database, elsewhere }: { connect: Connect; database: string; elsewhere: Elsewhere },
): Omit<DatabaseServer, 'lock' | 'readFence' | 'writeFence'> => {
  const name = quoted(database)
  const hasUser = async (): Promise<boolean> =>
    (await session.run('SELECT 1 FROM pg_roles WHERE rolname = $1', [database])).length > 0
  return {
    readShape: () => readShape(session, database),
    hasUser,
    lockOut: async () => {
      if (!(await hasUser())) await session.run(`CREATE ROLE ${name} NOLOGIN`)
      await session.run(`ALTER ROLE ${name} NOLOGIN PASSWORD '${scramVerifier(randomBytes(48).toString('base64url'))}'`)
      // What a tenant set for itself, or whom it took into its role (before PostgreSQL 15 every role may), is gone with it.
      await session.run(`ALTER ROLE ${name} RESET ALL`)
      await disown(session, database)
      // To give it a database, and to end its sessions, the admin is a member of it.
      await session.run(`GRANT ${name} TO CURRENT_USER`)
    },
    endSessions: () =>
      untilNoSessions(database, async () => {
        const sql =
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()'
        return (await session.run(sql, [database])).length
      }),
    recreate: async (shape, owner) => {
      const made = shape === null ? '' : ` ${shapeClauses(shape)}`
      await session.run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await dropLeftovers(session, database, elsewhere)
      // Everybody may connect to a new database: nobody can until that is taken back.
      const owned = owner === 'tenant' ? ` OWNER ${name}` : ''
      await session.run(`CREATE DATABASE ${name} TEMPLATE template0${owned}${made} ALLOW_CONNECTIONS false`)
      await session.run(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
      await session.run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
    },
    admit: async (password) => {
      await session.run(`ALTER DATABASE ${name} OWNER TO ${name}`)
      await closeDoors(session, database)
      await session.run(`ALTER ROLE ${name} LOGIN PASSWORD '${scramVerifier(password)}'`)
    },
    login: (password) => connect({ user: database, password, database }).catch(refusedBy(REFUSALS)),
    dropUser: async () => void (await session.run(`DROP ROLE IF EXISTS ${name}`)),
    close: session.close,
  }
}

const disown = async (session: Session, database: string): Promise<void> => {
  const sql = `SELECT member.rolname AS member FROM pg_auth_members
    JOIN pg_roles member ON member.oid = pg_auth_members.member
    JOIN pg_roles tenant ON tenant.oid = pg_auth_members.roleid
    WHERE tenant.rolname = $1 AND member.rolname <> CURRENT_USER`
  for (const { member } of await session.run(sql, [database])) {
    await session.run(`REVOKE ${quoted(database)} FROM ${quoted(String(member))} CASCADE`)
  }
}

/**
 * What the tenant made in databases that everybody may connect to, such as `postgres`, and what others let it do: both go
 * with its role and not with its database. The next tenant would have it, and the role could not be dropped.
 */
const dropLeftovers = async (session: Session, database: string, elsewhere: Elsewhere): Promise<void> => {
  const sql = `SELECT DISTINCT place.datname AS place FROM pg_shdepend
    JOIN pg_roles tenant ON tenant.oid = refobjid AND refclassid = 'pg_authid'::regclass
    JOIN pg_database place ON place.oid = dbid
    WHERE tenant.rolname = $1 AND place.datname NOT IN ($1, current_database())`
  const drop = `DROP OWNED BY ${quoted(database)} CASCADE`
  for (const { place } of await session.run(sql, [database])) {
    const there = await elsewhere(String(place))
    try {
      await there?.run(drop)
    } finally {
      await there?.close()
    }
  }
  await session.run(drop)
}

/** Nobody but its owner comes in, whomever a tenant before invited. */
const closeDoors = async (session: Session, database: string): Promise<void> => {
  const sql = `SELECT DISTINCT grantee.rolname AS guest FROM pg_database, aclexplode(datacl) AS entry
    JOIN pg_roles grantee ON grantee.oid = entry.grantee WHERE datname = $1 AND entry.grantee <> datdba`
  const guests = (await session.run(sql, [database])).map(({ guest }) => quoted(String(guest)))
  await session.run(`REVOKE ALL ON DATABASE ${quoted(database)} FROM ${['PUBLIC', ...guests].join(', ')}`)
}
