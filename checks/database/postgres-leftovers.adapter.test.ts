import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './testing/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld('postgres')
})
afterAll(() => world.close())

/** What a tenant of PostgreSQL can leave outside of its own database, where it goes with nothing. */
const LEFT = {
  'a large object in a database that everybody may connect to': async (database: string) => {
    const elsewhere = { ...world.loginOf(database), database: 'postgres' }
    await world.within(elsewhere, (session) => session.run("SELECT lo_from_bytea(0, 'mine')"))
  },
  'default privileges in a database that everybody may connect to': async (database: string) => {
    const elsewhere = { ...world.loginOf(database), database: 'template1' }
    await world.within(elsewhere, (session) => session.run('ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC'))
  },
  'an invitation of another tenant': async (database: string) => {
    const host = world.another()
    await world.ask({ database: host })
    await world.asTenant(
      host,
      `GRANT CONNECT ON DATABASE ${host} TO ${database}`,
      `GRANT USAGE ON SCHEMA public TO ${database}`,
    )
  },
}

describe.each(Object.entries(LEFT))('%s', (_, leave) => {
  const leased = async (): Promise<string> => {
    const database = world.another()
    await world.ask({ database })
    await leave(database)
    return database
  }

  test('does not keep its database from being cleaned', async () => {
    const database = await leased()
    expect(await world.ask({ database, action: 'clean' })).toMatchObject({ ok: true, did: 'cleaned', error: null })
    expect(await world.asAdmin(`SELECT 1 FROM pg_roles WHERE rolname = '${database}'`)).toEqual([])
  })

  test('is not there for the next tenant', async () => {
    const database = await leased()
    expect(await world.ask({ database, generation: 2 })).toMatchObject({ ok: true, did: 'reset', error: null })
    const sql = `SELECT classid::regclass AS what FROM pg_shdepend JOIN pg_roles ON pg_roles.oid = refobjid
      JOIN pg_database ON pg_database.oid IN (dbid, objid) WHERE rolname = '${database}' AND datname <> rolname`
    expect(await world.asAdmin(sql)).toEqual([])
  })
})
