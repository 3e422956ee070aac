import { busy, type DatabaseServer, fenceOf, fenceValues, IDLE_LIMIT_S, LOCK_WAIT_S } from './server.ts'
import type { Connect, Login, Session } from './session.ts'

/** A database of its own: a connection that may drop every other one, and a place that no tenant can connect to. */
const HOME = 'eks_preview'

const CODE = {
  noSuchDatabase: '3D000',
  lockWait: '55P03',
  noSuchSetting: '42704',
  exists: ['42P04', '42P06', '42P07', '23505'],
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)

type Fenced = { session: Session } & Pick<DatabaseServer, 'lock' | 'readFence' | 'writeFence'>

export const openFence = async (connect: Connect, admin: Login, database: string): Promise<Fenced> => {
  const session = await home(connect, admin)
  return {
    session,
    lock: async () => {
      await session.run(`SET lock_timeout = '${LOCK_WAIT_S}s'`)
      const sql = "SELECT pg_advisory_lock(hashtextextended('eks_preview.' || $1::text, 0))"
      await session.run(sql, [database], (LOCK_WAIT_S + 10) * 1000).catch((error) => {
        throw codeOf(error) === CODE.lockWait ? busy(database) : error
      })
      // From here on a lock is somebody else's statement.
      await session.run("SET lock_timeout = '20s'")
    },
    readFence: async () => {
      const sql = 'SELECT generation, environment, state, shape FROM eks_preview.lease WHERE name = $1'
      return fenceOf((await session.run(sql, [database]))[0])
    },
    writeFence: async (fence) => {
      const sql = `INSERT INTO eks_preview.lease (name, generation, environment, state, shape) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (name) DO UPDATE SET generation = excluded.generation, environment = excluded.environment,
          state = excluded.state, shape = excluded.shape`
      await session.run(sql, fenceValues(database, fence))
    },
  }
}

/** A connection to the place, which is made by whoever comes first; two may come at once. */
const home = async (connect: Connect, admin: Login): Promise<Session> => {
  const there = { ...admin, database: HOME }
  const session = await connect(there).catch(async (error) => {
    if (codeOf(error) !== CODE.noSuchDatabase) throw error
    await makeHome(connect, admin)
    return await connect(there)
  })
  const idle = session.run(`SET idle_session_timeout = '${IDLE_LIMIT_S}s'`)
  // PostgreSQL 13 does not have it.
  await idle.catch((error) => {
    if (codeOf(error) !== CODE.noSuchSetting) throw error
  })
  const [found] = await session.run("SELECT to_regclass('eks_preview.lease') IS NOT NULL AS found")
  if (found?.found !== true) await makeTable(session)
  return session
}

const makeHome = async (connect: Connect, admin: Login): Promise<void> => {
  const session = await connect(admin)
  await unlessThere(session.run(`CREATE DATABASE ${HOME}`))
  await session.close()
}

const makeTable = async (session: Session): Promise<void> => {
  await session.run(`REVOKE ALL ON DATABASE ${HOME} FROM PUBLIC`)
  await unlessThere(session.run('CREATE SCHEMA IF NOT EXISTS eks_preview'))
  await unlessThere(
    session.run(`CREATE TABLE IF NOT EXISTS eks_preview.lease (
      name text PRIMARY KEY, generation bigint NOT NULL, environment text NOT NULL, state text NOT NULL, shape text
    )`),
  )
}

const unlessThere = async (making: Promise<unknown>): Promise<void> => {
  await making.catch((error) => {
    if (!CODE.exists.includes(codeOf(error))) throw error
  })
}
