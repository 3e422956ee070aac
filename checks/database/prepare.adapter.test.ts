import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Login } from './session.ts'
import { ended, expectRefused, leasedIn, READ, WRITE } from './testing/tenant.ts'
import { ENVIRONMENT, type Engine, OTHER_ENVIRONMENT, openWorld, type World } from './testing/world.ts'

describe.each<Engine>(['mysql', 'postgres'])('%s', (engine) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(engine)
  })
  afterAll(() => world.close())
  const leased = () => leasedIn(world)
  const refusedLogin = (login: Login) => expectRefused(world, login)

  describe('a lease', () => {
    test('makes an empty database, with credentials that work and are written down', async () => {
      const database = world.another()
      const result = await world.ask({ database, generation: 7 })
      expect(result).toEqual({
        version: 1,
        ok: true,
        environment: { id: ENVIRONMENT },
        database,
        generation: 7,
        did: 'reset',
        ms: expect.any(Number),
        error: null,
      })
      expect(world.secretOf(database)).toEqual({
        version: 1,
        engine,
        host: world.server.host,
        port: world.server.port,
        dbname: database,
        username: database,
        password: expect.stringMatching(/^[\w-]{43}$/),
        environment: ENVIRONMENT,
        generation: 7,
      })
      expect(await world.fence(database)).toEqual({ generation: 7, environment: ENVIRONMENT, state: 'ready' })
      expect(await world.asTenant(database, ...WRITE, READ)).toEqual([{ text: 'mine' }])
    })

    test('asked for again changes nothing', async () => {
      const database = await leased()
      const before = world.secretText(database)
      expect(await world.ask({ database })).toMatchObject({ ok: true, did: 'unchanged' })
      expect(world.secretText(database)).toBe(before)
      expect(await world.asTenant(database, READ)).toHaveLength(1)
    })

    test('of a new generation begins empty and puts the tenant before out', async () => {
      const database = await leased()
      const before = world.loginOf(database)
      const open = await world.connect(before)
      expect(await world.ask({ database, generation: 2, environment: OTHER_ENVIRONMENT })).toMatchObject({
        did: 'reset',
      })
      await ended(open)
      await refusedLogin(before)
      expect(world.loginOf(database).password).not.toBe(before.password)
      await expect(world.asTenant(database, READ)).rejects.toThrow(/notes/)
    })

    test('that keeps the data changes the credentials only', async () => {
      const database = await leased()
      const before = world.loginOf(database)
      const open = await world.connect(before)
      expect(await world.ask({ database, generation: 2, data: 'keep' })).toMatchObject({ ok: true, did: 'kept' })
      await ended(open)
      await refusedLogin(before)
      expect(await world.asTenant(database, READ, "INSERT INTO notes VALUES ('more')", READ)).toHaveLength(2)
    })

    test('keeps what is in a database that was never leased', async () => {
      const database = 'preview_01'
      await world.asAdmin('CREATE TABLE old (id INT)', database)
      expect(await world.ask({ database, data: 'keep' })).toMatchObject({ ok: true, did: 'kept' })
      expect(await world.asTenant(database, ...WRITE, READ)).toHaveLength(1)
      expect(await world.asAdmin('SELECT * FROM old', database)).toEqual([])
    })

    test.each([
      ['is lost', (name: string) => world.secrets.values.delete(name)],
      ['is another’s', (name: string) => world.secrets.values.set(name, '{"username":"somebody"}')],
      [
        'is of another generation',
        (name: string, text: string) =>
          world.secrets.values.set(name, text.replace('"generation":1', '"generation":9')),
      ],
      [
        'has a password that does not work',
        (name: string, text: string) =>
          world.secrets.values.set(name, text.replace(/"password":"[^"]+"/, '"password":"wrong-one"')),
      ],
    ])('gets a new password and keeps its data when its secret %s', async (_, spoil) => {
      const database = await leased()
      const before = world.loginOf(database)
      spoil(world.secretName(database), world.secretText(database))
      expect(await world.ask({ database })).toMatchObject({ ok: true, did: 'kept' })
      expect(world.loginOf(database).password).not.toBe(before.password)
      await refusedLogin(before)
      expect(await world.asTenant(database, READ)).toHaveLength(1)
      expect(await world.ask({ database })).toMatchObject({ did: 'unchanged' })
    })

    test('of a database that somebody dropped makes it again', async () => {
      const database = await leased()
      await world.asAdmin(`DROP DATABASE ${database}`)
      expect(await world.ask({ database, data: 'keep' })).toMatchObject({ ok: true, did: 'reset' })
      expect(await world.asTenant(database, ...WRITE, READ)).toHaveLength(1)
    })

    test('makes the database as it was made before', async () => {
      const database = world.another()
      const [made, look] = {
        mysql: [
          `CREATE DATABASE ${database} CHARACTER SET latin1 COLLATE latin1_german1_ci`,
          `SELECT DEFAULT_COLLATION_NAME AS kind FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '${database}'`,
        ],
        postgres: [
          `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`,
          `SELECT pg_encoding_to_char(encoding) || datcollate AS kind FROM pg_database WHERE datname = '${database}'`,
        ],
      }[engine] as [string, string]
      await world.asAdmin(made)
      const before = await world.asAdmin(look)
      await world.ask({ database })
      await world.ask({ database, action: 'clean' })
      await world.ask({ database, generation: 2 })
      expect(await world.asAdmin(look)).toEqual(before)
    })
  })

  describe('the fence', () => {
    test('refuses what is older than it has seen, and nothing changes', async () => {
      const database = world.another()
      await world.ask({ database, generation: 5 })
      await world.asTenant(database, ...WRITE)
      const before = world.secretText(database)
      for (const action of ['lease', 'clean'] as const) {
        const result = await world.ask({ database, action, generation: 4, environment: OTHER_ENVIRONMENT })
        expect(result).toMatchObject({ ok: false, did: null, error: { name: 'StaleGeneration', generation: 5 } })
      }
      expect(world.secretText(database)).toBe(before)
      expect(await world.asTenant(database, READ)).toHaveLength(1)
      expect(await world.fence(database)).toEqual({ generation: 5, environment: ENVIRONMENT, state: 'ready' })
    })

    test('refuses another environment with the same generation', async () => {
      const database = await leased()
      for (const action of ['lease', 'clean'] as const) {
        const result = await world.ask({ database, action, environment: OTHER_ENVIRONMENT })
        expect(result).toMatchObject({ ok: false, error: { name: 'OtherEnvironment', generation: 1 } })
      }
      expect(await world.asTenant(database, READ)).toHaveLength(1)
    })

    test('does not let a lease come back that has been cleaned', async () => {
      const database = await leased()
      await world.ask({ database, action: 'clean' })
      const late = await world.ask({ database })
      expect(late).toMatchObject({ ok: false, error: { name: 'StaleGeneration', generation: 1 } })
      expect(world.secretText(database)).not.toContain('password')
    })

    test('lets one of two in at a time', async () => {
      const database = await leased()
      const both = await Promise.all([
        world.ask({ database, generation: 2 }),
        world.ask({ database, generation: 3, environment: OTHER_ENVIRONMENT }),
      ])
      // Whoever came first, the newer one has it in the end.
      expect(both[1]).toMatchObject({ ok: true, did: 'reset' })
      if (!both[0].ok) expect(both[0].error).toMatchObject({ name: 'StaleGeneration', generation: 3 })
      expect(world.secretOf(database)).toMatchObject({ generation: 3, environment: OTHER_ENVIRONMENT })
      await world.asTenant(database, 'SELECT 1')
    })

    test('does the work once when the same is asked twice at once', async () => {
      const database = await leased()
      const asked = { database, generation: 2 }
      const both = await Promise.all([world.ask(asked), world.ask(asked)])
      expect(both.map(({ did }) => did).toSorted()).toEqual(['reset', 'unchanged'])
      await world.asTenant(database, 'SELECT 1')
    })

    test('is where no tenant comes', async () => {
      const database = await leased()
      const look = engine === 'mysql' ? 'SELECT * FROM eks_preview.lease' : undefined
      if (look) await expect(world.asTenant(database, look)).rejects.toThrow(/denied/)
      else await refusedLogin({ ...world.loginOf(database), database: 'eks_preview' })
    })
  })

  describe('cleaning', () => {
    test('takes the credentials, the data and whoever is in it', async () => {
      const database = await leased()
      const before = world.loginOf(database)
      const open = await world.connect(before)
      expect(await world.ask({ database, action: 'clean' })).toMatchObject({ ok: true, did: 'cleaned', error: null })
      await ended(open)
      await refusedLogin(before)
      expect(world.secretText(database)).not.toContain(before.password)
      expect(JSON.parse(world.secretText(database))).toMatchObject({ cleaned: { generation: 1 } })
      expect(await world.fence(database)).toMatchObject({ generation: 1, state: 'clean' })
      const users = { mysql: 'SELECT User AS name FROM mysql.user', postgres: 'SELECT rolname AS name FROM pg_roles' }
      expect((await world.asAdmin(users[engine])).map(({ name }) => name)).not.toContain(database)
      await expect(world.asAdmin(READ, database)).rejects.toThrow(/notes/)
    })

    test('twice is no error, and one of a newer generation works', async () => {
      const database = await leased()
      await world.ask({ database, action: 'clean' })
      expect(await world.ask({ database, action: 'clean' })).toMatchObject({ ok: true, did: 'unchanged' })
      expect(await world.ask({ database, action: 'clean', generation: 3 })).toMatchObject({ ok: true, did: 'cleaned' })
      expect(await world.fence(database)).toMatchObject({ generation: 3, state: 'clean' })
    })

    test('works on a database that was never leased or is not there', async () => {
      const database = world.another()
      expect(await world.ask({ database, action: 'clean' })).toMatchObject({ ok: true, did: 'cleaned' })
      expect(world.secretText(database)).toBe('')
    })

    test('leaves nothing to keep: the next lease begins anew, with the seed', async () => {
      const database = await leased()
      await world.ask({ database, action: 'clean' })
      const seed = WRITE.join(';')
      expect(await world.ask({ database, generation: 2, data: 'keep' }, { seed })).toMatchObject({ did: 'reset' })
      expect(await world.asTenant(database, READ)).toEqual([{ text: 'mine' }])
    })
  })
})
