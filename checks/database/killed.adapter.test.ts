import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { killerAt } from './testing/killer.ts'
import { type Engine, openWorld, type World } from './testing/world.ts'

const NOTE = ['CREATE TABLE notes (text VARCHAR(100))', "INSERT INTO notes VALUES ('old')"]

// Every other request is killed in succession.adapter.test.ts: this one begins with what is ready and lacks its secret.
describe.each<Engine>(['mysql', 'postgres'])('%s', (engine) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(engine)
  })
  afterAll(() => world.close())

  test('killed at every request of making credentials whose secret was lost', { timeout: 300_000 }, async () => {
    let survived = 0
    for (let at = 1, done = false; !done; at++) {
      for (const when of ['before', 'after'] as const) {
        const database = world.another()
        await world.ask({ database })
        await world.asTenant(database, ...NOTE)
        const before = world.loginOf(database)
        world.secrets.values.delete(world.secretName(database))
        const killer = killerAt(at, when)
        const how = { through: killer.through, secrets: killer.secrets(world.secrets) }
        const killed = await world.ask({ database, generation: 1 }, how)
        await killer.bury()
        done = killer.count() < at
        expect(killed.ok, `request ${at} of ${killer.count()}`).toBe(done)
        const again = await world.ask({ database, generation: 1 })
        expect(again, `killed ${when} request ${at}: ${killed.error?.message}`).toMatchObject({ ok: true, error: null })
        expect(await world.asTenant(database, 'SELECT text FROM notes')).toEqual([{ text: 'old' }])
        await expect(world.connect(before)).rejects.toThrow(/denied|authentication failed|not permitted/)
        survived++
      }
    }
    // A count that falls is a statement less, or a killer that no longer sees them.
    expect(survived).toBeGreaterThan(10)
  })
})
