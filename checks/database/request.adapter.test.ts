import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Connect, ConnectionLost } from './session.ts'
import { type Engine, openWorld, type World } from './testing/world.ts'

describe.each<Engine>(['mysql', 'postgres'])('%s', (engine) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(engine)
  })
  afterAll(() => world.close())

  test.each([
    '`;DROP DATABASE preview_01',
    "x' OR '1'='1",
    'a"; DROP ROLE master; --',
    'preview_01\n',
    'preview_01\0',
    '../x',
    '',
    'ä',
    'a'.repeat(33),
  ])('%j is the name of no database', async (database) => {
    const result = await world.ask({ database })
    expect(result).toMatchObject({ ok: false, did: null, database: null, error: { name: 'ContractError' } })
  })

  test.each(['mysql', 'postgres', 'eks_preview', 'production', 'T_001'])('%s is not of the pool', async (database) => {
    const result = await world.ask({ database })
    expect(result).toMatchObject({ ok: false, database, error: { name: 'NotOfThePool' } })
  })

  test('the admin is never made a tenant', async () => {
    const result = await world.ask({ database: 'Master' }, { env: settings(world, engine, { DATABASES: 'Master' }) })
    expect(result).toMatchObject({ ok: false, error: { name: 'Misconfigured' } })
    await world.asAdmin('SELECT 1')
  })

  test.each([
    ['nobody listens', { PORT: '1' }, 'Unreachable', /^Connect to \w+ at 127\.0\.0\.1:1: .*ECONNREFUSED/],
    ['the server has no TLS', { TLS: 'true' }, 'DatabaseError', /^Connect to .*(SSL|secure)/i],
  ])('an error tells that %s', async (_, change, name, message) => {
    const timeLeft = () => 30_000
    const result = await world.ask({ database: world.another() }, { env: settings(world, engine, change), timeLeft })
    expect(result.error?.message).toMatch(message)
    expect(result.error?.name).toBe(name)
  })

  test('a lost connection, a deadlock and a fail-over are carried on with', async () => {
    const faults = [
      new ConnectionLost('lost'),
      Object.assign(new Error('x'), engine === 'mysql' ? { errno: 1213 } : { code: '40P01' }),
    ]
    for (const fault of faults) {
      let count = 0
      const through =
        (connect: Connect): Connect =>
        async (login) => {
          const session = await connect(login)
          return {
            ...session,
            run: (...statement) => (++count === 9 ? Promise.reject(fault) : session.run(...statement)),
          }
        }
      const database = world.another()
      expect(await world.ask({ database }, { through })).toMatchObject({ ok: true, did: 'reset', error: null })
      await world.asTenant(database, 'SELECT 1')
    }
    expect(world.log.filter((line) => line.includes('attempt 1 of 5'))).toHaveLength(2)
  })

  test('what takes longer than there is time for is ended, and carried on by the next', async () => {
    const database = world.another()
    const seed = engine === 'mysql' ? 'SELECT SLEEP(30)' : 'SELECT pg_sleep(30)'
    let seeding = false
    const through =
      (connect: Connect): Connect =>
      async (login) => {
        const session = await connect(login)
        const script = (sql: string) => {
          seeding = true
          return session.script(sql)
        }
        return { ...session, script }
      }
    const result = await world.ask({ database }, { seed, through, timeLeft: () => (seeding ? 300 : 60_000) })
    expect(result).toMatchObject({ ok: false, error: { name: 'TimedOut' } })
    expect(result.error?.message).toMatch(/^Seed database/)
    expect(await world.ask({ database })).toMatchObject({ ok: true, did: 'reset' })
  })

  test('no password is in any answer or any line of the log', async () => {
    const database = world.another()
    const { password } = world.server.admin
    const results = [await world.ask({ database })]
    const first = world.loginOf(database).password
    const asksFor = [`SELECT ${first}`, `SELECT '${first}' FROM nothing`, `SELECT '${password}' FROM nothing`]
    for (const [at, seed] of asksFor.entries())
      results.push(await world.ask({ database, generation: at + 2 }, { seed }))
    results.push(await world.ask({ database, generation: 9 }))
    const second = world.loginOf(database).password
    const loud = (): Connect => () => Promise.reject(new Error(`mysql://master:${encodeURIComponent(password)}@db`))
    results.push(await world.ask({ database, generation: 10 }, { through: loud }))
    results.push(await world.ask({ database, generation: 10, action: 'clean' }))
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, false, true, false, true])
    const told = JSON.stringify(results) + world.log.join('\n')
    for (const secret of [password, second]) {
      for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')]) {
        expect(told).not.toContain(form)
      }
    }
  })

  test('a wrong admin password is told without it', async () => {
    const wrong = JSON.stringify({ username: world.server.admin.username, password: 'canary-0123456789' })
    world.secrets.values.set('wrong', wrong)
    const result = await world.ask(
      { database: world.another() },
      { env: settings(world, engine, { ADMIN_SECRET: 'wrong' }) },
    )
    expect(result.error?.message).toMatch(/^Connect to .*(denied|authentication failed)/)
    expect(JSON.stringify(result) + world.log.join('\n')).not.toContain('canary')
  })
})

const settings = ({ server }: World, ENGINE: Engine, change: Record<string, string>): Record<string, string> => ({
  ENGINE,
  HOST: server.host,
  PORT: String(server.port),
  DATABASES: 't_{001..400}',
  ADMIN_SECRET: 'admin',
  SECRET_PREFIX: 'eks-preview-checks-prepare',
  TLS: 'false',
  ...change,
})
