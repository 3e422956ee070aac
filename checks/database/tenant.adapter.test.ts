import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Login } from './session.ts'
import { ended, expectRefused, leasedIn, READ, WRITE } from './testing/tenant.ts'
import { type Engine, openWorld, type World } from './testing/world.ts'

describe.each<Engine>(['mysql', 'postgres'])('%s', (engine) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(engine)
  })
  afterAll(() => world.close())
  const leased = () => leasedIn(world)
  const refusedLogin = (login: Login) => expectRefused(world, login)

  describe('a tenant', () => {
    test('cannot come into the database of another', async () => {
      const [one, other] = [await leased(), await leased()]
      await refusedLogin({ ...world.loginOf(one), database: other })
      if (engine === 'mysql')
        await expect(world.asTenant(one, `SELECT * FROM ${other}.notes`)).rejects.toThrow(/denied/)
    })

    test('has no rights on a name that its own would match as a pattern', async () => {
      await world.ask({ database: 't_001' })
      await world.ask({ database: 'tX001' })
      await world.asTenant('tX001', ...WRITE)
      await refusedLogin({ ...world.loginOf('t_001'), database: 'tX001' })
    })

    test('cannot make databases, users or more of itself', async () => {
      const database = await leased()
      const role = engine === 'mysql' ? 'USER' : 'ROLE'
      for (const wish of ['CREATE DATABASE mine', `CREATE ${role} mine`, `GRANT ALL ON *.* TO ${database}`]) {
        await expect(world.asTenant(database, wish)).rejects.toThrow(/denied|permission|must be|syntax/i)
      }
    })

    test('may do everything in its own', async () => {
      const database = await leased()
      const statements = [
        'CREATE TABLE parent (id INT PRIMARY KEY)',
        'CREATE TABLE child (id INT REFERENCES parent (id))',
        'CREATE INDEX by_id ON child (id)',
        'CREATE VIEW seen AS SELECT id FROM child',
        'ALTER TABLE child ADD COLUMN name VARCHAR(10)',
        'DROP VIEW seen',
        'DROP TABLE child',
      ]
      await world.asTenant(database, ...statements)
    })

    test('cannot leave anything for whoever comes after it', async () => {
      const [one, accomplice] = [await leased(), await leased()]
      if (engine === 'postgres') {
        // Before PostgreSQL 15 the tenant can do that itself.
        await world.asAdmin(`GRANT ${one} TO ${accomplice}`)
        await world.asTenant(
          one,
          `GRANT CONNECT ON DATABASE ${one} TO ${accomplice}`,
          `GRANT CONNECT ON DATABASE ${one} TO PUBLIC`,
          `ALTER ROLE ${one} SET search_path = 'elsewhere'`,
        )
      } else {
        await world.asTenant(one, 'CREATE VIEW seen AS SELECT text FROM notes')
      }
      await world.ask({ database: one, generation: 2, data: 'keep' })
      await refusedLogin({ ...world.loginOf(accomplice), database: one })
      expect(await world.asTenant(one, READ)).toHaveLength(1)
    })
  })

  describe('a seed', () => {
    const SEED = `-- a comment; with a semicolon\n${WRITE.join(';\n')};\nINSERT INTO notes VALUES ('it''s; more');\n`

    test('is in every database that is made anew, and in no other', async () => {
      const database = world.another()
      await world.ask({ database }, { seed: SEED })
      expect(await world.asTenant(database, READ)).toHaveLength(2)
      await world.asTenant(database, 'DELETE FROM notes')
      await world.ask({ database, generation: 2, data: 'keep' }, { seed: SEED })
      expect(await world.asTenant(database, READ)).toEqual([])
      await world.ask({ database, generation: 3 }, { seed: SEED })
      expect(await world.asTenant(database, READ)).toHaveLength(2)
    })

    test('that is wrong is an error that says what the server said; the next try is seeded', async () => {
      const database = world.another()
      const wrong = await world.ask({ database }, { seed: `${SEED}SELEC 1;` })
      expect(wrong).toMatchObject({ ok: false, did: null, error: { name: 'DatabaseError' } })
      expect(wrong.error?.message).toMatch(new RegExp(`^Seed database ${database}: .*SELEC`, 's'))
      expect(world.secretText(database)).toBe('')
      expect(await world.ask({ database, data: 'keep' }, { seed: SEED })).toMatchObject({ ok: true, did: 'reset' })
      expect(await world.asTenant(database, READ)).toHaveLength(2)
    })

    test('that reaches for anything else is refused by the server', async () => {
      const other = await leased()
      for (const reach of engine === 'mysql'
        ? [
            `USE ${other}`,
            `DROP DATABASE ${other}`,
            'DELETE FROM eks_preview.lease',
            "SET PASSWORD FOR master = PASSWORD('x')",
          ]
        : [`DROP DATABASE ${other}`, `ALTER ROLE ${other} PASSWORD 'x'`, `DROP ROLE master`]) {
        const result = await world.ask({ database: world.another() }, { seed: `${reach};` })
        expect(result.error?.message, reach).toMatch(/denied|permission|must be/i)
      }
      expect(await world.asTenant(other, READ)).toHaveLength(1)
    })

    test('that cannot be read leaves the database as it was', async () => {
      const database = await leased()
      const readSeed = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: {} }))
      const result = await world.ask({ database, generation: 2 }, { seed: '', readSeed })
      expect(result.error).toEqual({ name: 'AccessDenied', message: 'Read the seed: AccessDenied: no' })
      expect(await world.asTenant(database, READ)).toHaveLength(1)
    })
  })

  test('somebody else’s user is left alone', async () => {
    const database = world.another()
    const made =
      engine === 'mysql' ? `CREATE USER ${database}@'10.%' IDENTIFIED BY 'theirs'` : `CREATE ROLE ${database} LOGIN`
    await world.asAdmin(made)
    for (const action of ['lease', 'clean'] as const) {
      const result = await world.ask({ database, action })
      expect(result).toMatchObject({ ok: false, error: { name: 'ForeignUser' } })
    }
    expect(await world.fence(database)).toBeUndefined()
  })

  test('a session that goes on working is ended', async () => {
    const database = await leased()
    const open = await world.connect(world.loginOf(database))
    const busy = open.run(engine === 'mysql' ? 'SELECT SLEEP(20)' : 'SELECT pg_sleep(20)').then(
      (rows) => JSON.stringify(rows),
      () => 'ended',
    )
    await pause(100)
    expect(await world.ask({ database, generation: 2 })).toMatchObject({ ok: true })
    // MariaDB answers 1 when a SLEEP was cut short.
    expect(await busy).not.toContain(':0')
    await ended(open)
  })
})
