import { format } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { PrepareResult } from './contract.ts'
import { type Interruption, interruptible, type Point } from './testing/interruption.ts'
import {
  askFor,
  type Contents,
  environmentOf,
  passwordsIn,
  type Request,
  SEED,
  SEEDED,
  type Tenancy,
  type Tenant,
  tenancyIn,
} from './testing/tenancy.ts'
import { type Engine, openWorld, type World } from './testing/world.ts'

/** What is killed at every step of it, when, and what is asked next. */
type Lane = { killed: Request; point: Point; next: 'the same' | 'a newer one' | 'clean' }
const LANES: Lane[] = [
  ...(['reset', 'keep', 'clean'] as const).flatMap((killed): Lane[] => [
    { killed, point: 'before', next: 'the same' },
    { killed, point: 'after', next: 'the same' },
    { killed, point: 'after', next: 'a newer one' },
  ]),
  { killed: 'reset', point: 'during', next: 'clean' },
  { killed: 'keep', point: 'during', next: 'clean' },
]
/** What the generation after a killed one asks for: what was begun and what is asked differ. */
const NEWER = { reset: 'keep', keep: 'reset', clean: 'keep' } as const

/** How often these are asked depends on how fast the server ends sessions: another run may have one less. */
const ASKED_AGAIN = /PROCESSLIST|KILL|rds_kill|pg_terminate_backend/

const written: string[] = []
beforeAll(() => {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...words) => void written.push(format(...words)))
  }
})
afterAll(() => {
  vi.restoreAllMocks()
})

describe.each<Engine>(['mysql', 'postgres'])('%s', { timeout: 300_000 }, (engine) => {
  let world: World
  let usersAtFirst: string[]
  const passwords = new Set<string>()
  const told: string[] = []
  beforeAll(async () => {
    world = await openWorld(engine)
    usersAtFirst = await allUsers()
    passwords.add(world.adminLogin.password)
  })
  afterAll(() => world.close())

  const allUsers = async (): Promise<string[]> => {
    const sql = engine === 'mysql' ? 'SELECT User AS name FROM mysql.user' : 'SELECT rolname AS name FROM pg_roles'
    return (await world.asAdmin(sql)).map(({ name }) => String(name))
  }
  const withTenancy = <T>(database: string, work: (tenancy: Tenancy) => Promise<T>): Promise<T> =>
    world.within({ ...world.adminLogin, database: 'eks_preview' }, (admin) => work(tenancyIn(world, database, admin)))

  type Asked = { result: PrepareResult; run: Interruption }
  type Watched = { at?: { step: string; point: Point }; watch?: () => Promise<void> }
  const ask = async (
    { database }: { database: string },
    request: Request,
    generation: number,
    { at, watch }: Watched = {},
  ): Promise<Asked> => {
    const run = interruptible({ secrets: world.secrets, seed: SEED }, at, watch)
    const result = await askFor(world, { database, generation, request }, run)
    for (const password of passwordsIn(run)) passwords.add(password)
    told.push(JSON.stringify(result))
    return { result, run }
  }

  /** The steps of a request in peace, and from which of them on the tenant before is refused. */
  const inPeace = async (tenancy: Tenancy, { killed }: Lane, generation: number) => {
    const tenant = await tenancy.moveIn(generation)
    const refused: boolean[] = []
    const watch = async () => {
      refused.push(await tenancy.refuses(tenant.login.password))
      // Somebody who goes on working, until he cannot: nothing of it may be in the new one's database.
      await tenant.open.run('CREATE TABLE IF NOT EXISTS late (text VARCHAR(40))').catch(() => {})
    }
    const asked = killed === 'clean' ? generation : generation + 1
    const { result, run } = await ask(tenancy, killed, asked, { watch })
    expect(result).toMatchObject({ ok: true, error: null })
    const lockedOut = refused.indexOf(true)
    expect(lockedOut).toBeGreaterThan(0)
    expect(refused.slice(lockedOut)).not.toContain(false)
    if (killed === 'reset') expect(await tenancy.contents()).toEqual(SEEDED)
    if (killed === 'clean') expect(await tenancy.contentsForAdmin()).toEqual({})
    return { steps: run.steps, lockedOut, generation: asked }
  }

  const isLeased = async (tenancy: Tenancy, generation: number, contents: Contents, where: string) => {
    const environment = environmentOf(generation)
    expect(await tenancy.fence(), where).toEqual({ generation, environment, state: 'ready' })
    expect(tenancy.secret(), where).toMatchObject({ generation, environment, username: tenancy.database })
    expect(await tenancy.contents(), where).toEqual(contents)
    expect(await tenancy.users(), where).toEqual([`${tenancy.database}@%`])
  }
  const isClean = async (tenancy: Tenancy, generation: number, where: string) => {
    const environment = environmentOf(generation)
    expect(await tenancy.fence(), where).toEqual({ generation, environment, state: 'clean' })
    expect(world.secretText(tenancy.database), where).not.toContain('password')
    expect(await tenancy.contentsForAdmin(), where).toEqual({})
    expect(await tenancy.users(), where).toEqual([])
  }
  const hasLeft = async (tenancy: Tenancy, { login, open }: Tenant, where: string) => {
    expect(await tenancy.refuses(login.password), where).toBe(true)
    await expect(open.run('SELECT 1'), where).rejects.toThrow()
  }

  /** Kills one request at one step, and looks at what is left; `lockedOut` when the tenant before must be refused by then. */
  const kill = async (
    tenancy: Tenancy,
    {
      at,
      generation,
      lockedOut,
      request,
      tenant,
      where,
    }: {
      at: { step: string; point: Point }
      generation: number
      lockedOut: boolean | undefined
      request: Request
      tenant: Tenant
      where: string
    },
  ) => {
    const { result, run } = await ask(tenancy, request, generation, { at })
    expect(result.ok, where).toBe(!run.wasKilled())
    if (!run.wasKilled()) expect(at.step, where).toMatch(ASKED_AGAIN)
    if (lockedOut !== undefined) expect(await tenancy.refuses(tenant.login.password), where).toBe(lockedOut)
    const seen = await tenancy.fence()
    // What the fence says at the end of the work is true at that moment.
    if (seen?.state === 'ready') expect(tenancy.secret(), where).toMatchObject({ generation: seen.generation })
    if (seen?.state === 'clean') await isClean(tenancy, seen.generation, where)
    return {
      published: tenancy.secret()?.password,
      /** Nothing of it has begun. */
      untouched: seen?.state === 'ready' && seen.generation === tenant.generation,
    }
  }

  /** Of databases that nobody had: one for each step, after which its first lease is killed. */
  const firstLeases = async (steps: readonly string[], before: () => Promise<unknown> = async () => {}) => {
    for (const [index, step] of steps.entries()) {
      const where = `killed after step ${index + 1} of ${steps.length}, ${step}`
      await before()
      const database = world.another()
      const at = { step: step.replaceAll('<name>', database), point: 'after' as const }
      const { run } = await ask({ database }, 'reset', 1, { at })
      if (!run.wasKilled()) expect(step, where).toMatch(ASKED_AGAIN)
      const { result } = await ask({ database }, 'reset', 1)
      expect(result, where).toMatchObject({ ok: true, error: null })
      await withTenancy(database, (tenancy) => isLeased(tenancy, 1, SEEDED, where))
      const intruder = world.connect({ ...world.loginOf(database), database: 'eks_preview' })
      await expect(intruder, where).rejects.toThrow(/denied/)
    }
  }
  /** Its steps, with <name> for its name. */
  const firstLease = async (): Promise<string[]> => {
    const database = world.another()
    const { run } = await ask({ database }, 'reset', 1)
    return run.steps.map((step) => step.replaceAll(database, '<name>'))
  }

  test('the first lease that a server sees, killed after every step until its fence', async () => {
    const steps = await firstLease()
    const fence = steps.findIndex((step) => step.startsWith('INSERT INTO'))
    expect(fence).toBeGreaterThan(5)
    const force = engine === 'postgres' ? ' WITH (FORCE)' : ''
    await firstLeases(steps.slice(0, fence), () => world.asAdmin(`DROP DATABASE eks_preview${force}`))
  })

  test.concurrent('the first lease of a database, killed after every step', async () => {
    await firstLeases(await firstLease())
  })

  const killAtEvery = async (tenancy: Tenancy, lane: Lane) => {
    const { killed, next, point } = lane
    await ask(tenancy, 'reset', 1)
    let { generation, lockedOut, steps } = await inPeace(tenancy, lane, 1)

    for (const [index, step] of steps.entries()) {
      const where = `killed ${point} step ${index + 1} of ${steps.length}, ${step}`
      // After a clean there is nobody: somebody has to come first.
      if (tenancy.secret() === undefined) await ask(tenancy, 'reset', ++generation)
      const tenant = await tenancy.moveIn(generation)
      if (killed !== 'clean') generation++
      const reached = point === 'after' ? index : index - 1
      const unknown = point === 'during' && reached + 1 === lockedOut
      const left = await kill(tenancy, {
        at: { step, point },
        generation,
        lockedOut: unknown ? undefined : reached >= lockedOut,
        request: killed,
        tenant,
        where,
      })

      if (next === 'a newer one') generation++
      const request = { 'the same': killed, 'a newer one': NEWER[killed], clean: 'clean' as const }[next]
      const { result } = await ask(tenancy, request, generation)
      expect(result, where).toMatchObject({ ok: true, error: null, generation })
      const kept = request === 'keep' && (killed === 'keep' || left.untouched)
      if (request === 'clean') await isClean(tenancy, generation, where)
      else await isLeased(tenancy, generation, kept ? tenant.contents : SEEDED, where)
      await hasLeft(tenancy, tenant, where)
      if (left.published && left.published !== tenancy.secret()?.password) {
        expect(await tenancy.refuses(left.published), where).toBe(true)
      }
    }
  }

  test.concurrent.each(LANES)('$killed killed $point every step; next $next', async (lane) => {
    await withTenancy(world.another(), (tenancy) => killAtEvery(tenancy, lane))
  })

  test('left no user behind, and told nobody a password', async () => {
    const users = (await allUsers()).filter((name) => !usersAtFirst.includes(name))
    for (const name of users) expect(['ready', undefined]).toContain((await world.fence(name))?.state)
    expect(users.length).toBeGreaterThan(LANES.length / 2)
    const texts = [...told, ...world.log, ...written].join('\n')
    expect(texts).toContain('killed')
    expect(passwords.size).toBeGreaterThan(LANES.length * 20)
    expect([...passwords].filter((password) => texts.includes(password))).toEqual([])
  })
})
