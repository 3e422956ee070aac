import { format } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { freePort } from '../../local/stack/ports.ts'
import type { PrepareResult } from './contract.ts'
import type { Connect, Login, Session } from './session.ts'
import { interruptible } from './testing/interruption.ts'
import { passwordsIn } from './testing/tenancy.ts'
import { type Engine, openWorld, type World } from './testing/world.ts'

const written: string[] = []
beforeAll(() => {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...words) => void written.push(format(...words)))
  }
})
afterAll(() => {
  vi.restoreAllMocks()
})

describe.each<Engine>(['mysql', 'postgres'])('%s', (engine) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(engine)
  })
  afterAll(() => world.close())

  const tellNothing = (passwords: string[], ...results: PrepareResult[]) => {
    expect(passwords).not.toHaveLength(0)
    const texts = [JSON.stringify(results), ...world.log, ...written].join('\n')
    expect(passwords.filter((password) => texts.includes(password))).toEqual([])
  }
  const formsOf = (secret: string): string[] => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('hex'),
  ]
  /** Every session as it is, but for what `change` makes of its statements. */
  const changing =
    (change: (sql: string, session: Session) => string | Promise<string>) =>
    (connect: Connect): Connect =>
    async (login: Login) => {
      const session = await connect(login)
      return { ...session, run: async (sql, ...more) => session.run(await change(sql, session), ...more) }
    }

  test('an admin whose password is wrong is told once, in the words of the server', async () => {
    const admin = JSON.stringify({ username: 'master', password: 'wrong-and-still-secret' })
    const secrets = { ...world.secrets, read: async () => admin }
    const before = world.log.length
    const result = await world.ask({ database: world.another() }, { secrets })
    expect(result).toMatchObject({ ok: false, did: null, error: { name: 'DatabaseError' } })
    const message = `^Connect to ${engine} at ${world.server.host}:${world.server.port}: .*(Access denied|password authentication failed)`
    expect(result.error?.message).toMatch(new RegExp(message))
    // One line, the result: nothing was tried again.
    expect(world.log.slice(before)).toHaveLength(1)
    tellNothing([...formsOf('wrong-and-still-secret'), world.adminLogin.password], result)
  })

  test('a server that is not there is told as such', async () => {
    const env = { PORT: String(await freePort(0)) }
    const result = await world.ask({ database: world.another() }, { env, timeLeft: () => 25_000 })
    expect(result.error).toMatchObject({ name: 'Unreachable', message: expect.stringContaining('ECONNREFUSED') })
    tellNothing([world.adminLogin.password], result)
  })

  test('a seed that is wrong and has the admin’s password in it is told without', async () => {
    const { password } = world.adminLogin
    for (const form of formsOf(password)) {
      const quoting = engine === 'mysql' ? `SELEC '${form}';` : `SELECT 1 AS "${form}" FROM "${form}";`
      const result = await world.ask({ database: world.another() }, { seed: quoting })
      expect(result).toMatchObject({ ok: false, error: { name: 'DatabaseError' } })
      expect(result.error?.message).toMatch(/^Seed database .*\*\*\*/)
      tellNothing(formsOf(password), result)
    }
  })

  test('a statement that is wrong beside the new password is told without it', async () => {
    const database = world.another()
    const run = interruptible({ secrets: world.secrets, seed: '' })
    let granted = false
    const breaking = changing((sql) => {
      granted ||= /^GRANT SELECT|^ALTER DATABASE .* OWNER TO/.test(sql)
      return granted ? sql.replace(/(IDENTIFIED|LOGIN) (BY|PASSWORD) '/, "$1 $2 NONSENSE '") : sql
    })
    const through = (connect: Connect) => run.ports.through(breaking(connect))
    const result = await world.ask({ database }, { through })
    expect(result).toMatchObject({ ok: false, error: { name: 'DatabaseError' } })
    expect(result.error?.message).toMatch(/^Give user .* its rights and a password: .*(NONSENSE|syntax)/)
    expect(world.secretText(database)).toBe('')
    tellNothing([...passwordsIn(run), world.adminLogin.password], result)
    expect(await world.ask({ database })).toMatchObject({ ok: true, did: 'reset' })
  })

  test('a secret that cannot be written is told without what is in it', async () => {
    const database = world.another()
    await world.ask({ database })
    const before = world.loginOf(database).password
    const run = interruptible({
      secrets: {
        ...world.secrets,
        write: async (name, text) => {
          throw Object.assign(new Error(`${name} cannot be ${text}`), { name: 'LimitExceededException', $metadata: {} })
        },
      },
      seed: '',
    })
    const result = await world.ask({ database, generation: 2 }, run.ports)
    expect(result.error).toMatchObject({ name: 'LimitExceededException', message: expect.stringContaining('***') })
    tellNothing([before, ...passwordsIn(run)], result)
    // The tenant before is out, and nobody was told the new one's.
    await expect(world.asTenant(database, 'SELECT 1')).rejects.toThrow(/denied|authentication failed/i)
    expect(await world.ask({ database, generation: 2 })).toMatchObject({ ok: true, did: 'reset' })
    await world.asTenant(database, 'SELECT 1')
  })

  test('a connection that is lost is made again, and the work done in the same request', async () => {
    const database = world.another()
    await world.ask({ database })
    let lost = 0
    const through = changing(async (sql, session) => {
      if (!/^CREATE DATABASE .?t_/.test(sql) || lost++ > 0) return sql
      await session.run(sql)
      // No time at all: the connection is ended.
      await session.run('SELECT 1', [], 0).catch(() => {})
      return sql
    })
    const before = world.log.length
    const result = await world.ask({ database, generation: 2 }, { through })
    expect(result).toMatchObject({ ok: true, did: 'reset', error: null })
    expect(lost).toBe(2)
    expect(JSON.parse(world.log[before] ?? '')).toEqual({
      retry: `attempt 1 of 5: Make database ${database} anew: the connection to the server was lost`,
    })
    await world.asTenant(database, 'SELECT 1')
    expect(world.log.slice(before)).toHaveLength(2)
  })
})
