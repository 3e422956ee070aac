import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PrepareResult } from './contract.ts'
import { killerAt } from './testing/killer.ts'
import { type Engine, OTHER_ENVIRONMENT, openWorld, type World } from './testing/world.ts'

const NOTE = ['CREATE TABLE notes (text VARCHAR(100))', "INSERT INTO notes VALUES ('old')"]
const SEED = "CREATE TABLE seeded (text VARCHAR(100)); INSERT INTO seeded VALUES ('new');"
const READ = 'SELECT text FROM notes'

type Flow = {
  asked: Parameters<World['ask']>[0]
  /** What has to be true when it has been asked for again. */
  afterwards: (world: World, database: string, result: PrepareResult) => Promise<void>
  spoil?: (world: World, database: string) => void
}

const next = { generation: 2, environment: OTHER_ENVIRONMENT }
const FLOWS: Record<string, Flow> = {
  'a reset': {
    asked: { ...next, data: 'reset' },
    afterwards: async (world, database) => {
      expect(await world.asTenant(database, 'SELECT text FROM seeded')).toEqual([{ text: 'new' }])
      await expect(world.asTenant(database, READ)).rejects.toThrow(/notes/)
    },
  },
  'new credentials that keep the data': {
    asked: { ...next, data: 'keep' },
    afterwards: async (world, database) => {
      expect(await world.asTenant(database, READ)).toEqual([{ text: 'old' }])
    },
  },
  'a secret that was lost': {
    asked: { generation: 1, data: 'reset' },
    spoil: (world, database) => world.secrets.values.delete(world.secretName(database)),
    afterwards: async (world, database) => {
      expect(await world.asTenant(database, READ)).toEqual([{ text: 'old' }])
    },
  },
  'a clean': {
    asked: { action: 'clean', generation: 1 },
    afterwards: async (world, database) => {
      expect(world.secretText(database)).not.toContain('password')
      await expect(world.asAdmin(READ, database)).rejects.toThrow(/notes/)
      expect(await world.fence(database)).toMatchObject({ generation: 1, state: 'clean' })
    },
  },
}

describe.each<Engine>(['mysql', 'postgres'])('%s, killed at every request of', (engine) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(engine)
  })
  afterAll(() => world.close())

  test.each(Object.entries(FLOWS))('%s', { timeout: 300_000 }, async (_, { asked, spoil, afterwards }) => {
    let survived = 0
    for (let at = 1, done = false; !done; at++) {
      for (const when of ['before', 'after'] as const) {
        const database = world.another()
        await world.ask({ database })
        await world.asTenant(database, ...NOTE)
        const before = world.loginOf(database)
        spoil?.(world, database)
        const killer = killerAt(at, when)
        const how = { seed: SEED, through: killer.through, secrets: killer.secrets(world.secrets) }
        const killed = await world.ask({ database, ...asked }, how)
        await killer.bury()
        done = killer.count() < at
        expect(killed.ok, `request ${at} of ${killer.count()}`).toBe(done)
        const again = await world.ask({ database, ...asked }, { seed: SEED })
        expect(again, `killed ${when} request ${at}: ${killed.error?.message}`).toMatchObject({ ok: true, error: null })
        await afterwards(world, database, again)
        await expect(world.connect(before)).rejects.toThrow(/denied|authentication failed|not permitted|does not exist/)
        survived++
      }
    }
    // A count that falls is a statement less, or a killer that no longer sees them.
    expect(survived).toBeGreaterThan(20)
  })
})
