import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  asked,
  cleanable,
  cleanedBy,
  cleaningBy,
  firstPool,
  type Held,
  heldOrLeft,
  holdersOf,
  leaseOf,
  type Pool,
  parsePool,
  positionOf,
  raised,
  released,
  type Tenant,
  withNames,
} from './pool.ts'

const now = new Date('2026-11-27T00:00:00Z')
const tenant = (environment: string): Tenant => ({
  environment,
  repository: 'acme/shop',
  repositoryId: 7,
  branch: `feature/${environment}`,
  pullRequests: [Number(environment.slice(1))],
})
const all: Parameters<typeof asked>[2] = { isAlive: () => true, beat: false, now }
const ask = (pool: Pool, environment: string, how: Partial<typeof all> = {}): Pool =>
  asked(pool, tenant(environment), { ...all, ...how })
const pool = firstPool(['db1', 'db2'], [], now)

describe('asking', () => {
  test('gives a free one, and the same one again', () => {
    const one = ask(pool, 'e1')
    expect(leaseOf(one, 'e1')).toEqual({ name: 'db1', generation: 1 })
    expect(ask(one, 'e1')).toBe(one)
  })

  test('waits when none is free: first come, first served', () => {
    const full = ask(ask(pool, 'e1'), 'e2')
    const waiting = ask(ask(full, 'e3'), 'e4')
    expect([positionOf(waiting, 'e3'), positionOf(waiting, 'e4')]).toEqual([1, 2])
    const free = released(waiting, 'e2', { state: 'free' }, now)
    expect(leaseOf(ask(free, 'e4'), 'e4')).toBeUndefined()
    expect(leaseOf(ask(free, 'e5'), 'e5')).toBeUndefined()
    const served = ask(free, 'e3')
    expect(leaseOf(served, 'e3')).toEqual({ name: 'db2', generation: 2 })
    expect(positionOf(served, 'e4')).toBe(1)
  })

  test('shows that it waits only when that is due', () => {
    const waiting = ask(ask(ask(pool, 'e1'), 'e2'), 'e3')
    expect(ask(waiting, 'e3')).toBe(waiting)
    expect(ask(waiting, 'e3', { beat: true }).queue).toMatchObject([{ beat: 1 }])
  })

  test('the dead keep nobody waiting, whoever asks', () => {
    const waiting = ask(ask(ask(ask(pool, 'e1'), 'e2'), 'e3'), 'e4')
    const free = released(waiting, 'e1', { state: 'free' }, now)
    const served = ask(free, 'e4', { isAlive: () => false })
    expect(leaseOf(served, 'e4')?.name).toBe('db1')
    expect(served.queue).toEqual([])
  })

  test('one that has a lease has no place in the line', () => {
    const twice = { ...ask(pool, 'e1'), queue: [{ tenant: tenant('e1'), beat: 3 }] }
    expect(ask(twice, 'e1').queue).toEqual([])
  })
})

describe('the end of a lease', () => {
  test('is nothing to another environment, and the second time nothing to anybody', () => {
    const one = ask(pool, 'e1')
    expect(leaseOf(released(one, 'e2', { state: 'free' }, now), 'e1')).toBeDefined()
    const given = ask(released(one, 'e1', { state: 'free' }, now), 'e2')
    expect(leaseOf(released(given, 'e1', { state: 'free' }, now), 'e2')).toEqual({ name: 'db1', generation: 2 })
  })

  test('changes the pool even when there was none: what an older run decided on is out of date', () => {
    expect(released(pool, 'e1', { state: 'free' }, now)).not.toEqual(pool)
  })

  test('is not free before it was cleaned, by who said so', () => {
    const cleaning = released(ask(pool, 'e1'), 'e1', { state: 'cleaning', by: 'me' }, now)
    expect(leaseOf(ask(cleaning, 'e2'), 'e2')?.name).toBe('db2')
    expect(cleanedBy(cleaning, 'db1', 'somebody else', { state: 'free' }, now)).toBe(cleaning)
    expect(cleanedBy(cleaning, 'db1', 'me', { state: 'free' }, now).slots.db1).toEqual({ state: 'free', generation: 1 })
  })

  test("that could not be cleaned is nobody's before somebody could", () => {
    const cleaning = released(ask(pool, 'e1'), 'e1', { state: 'cleaning', by: 'me' }, now)
    const dirty = cleanedBy(cleaning, 'db1', 'me', { state: 'dirty', why: 'no route to host' }, now)
    const full = ask(dirty, 'e2')
    expect(leaseOf(ask(full, 'e3'), 'e3')).toBeUndefined()
    expect(holdersOf(full)[0]).toBe('db1 could not be cleaned: no route to host')
    const left = { name: 'db1', generation: 1, tenant: tenant('e1') }
    expect(cleanable(full, { isAlive: () => true, mayTry: () => true })).toEqual(left)
    expect(cleanable(full, { isAlive: () => true, mayTry: () => false })).toBeUndefined()
    const taken = cleaningBy(full, left, 'another', now)
    expect(cleanable(taken, { isAlive: () => true, mayTry: () => true })).toBeUndefined()
    expect(cleanable(taken, { isAlive: () => false, mayTry: () => true })).toEqual(left)
    expect(heldOrLeft(taken, 'e1')).toEqual(left)
    expect(heldOrLeft(ask(taken, 'e4'), 'e4')).toBeUndefined()
  })
})

test('a reset raises the generation once for what it saw', () => {
  const one = ask(pool, 'e1')
  const two = raised(one, { name: 'db1', generation: 1 })
  expect(leaseOf(two, 'e1')).toEqual({ name: 'db1', generation: 2 })
  expect(raised(two, { name: 'db1', generation: 1 })).toBe(two)
})

describe('the names', () => {
  test('come and go as the install says; one that is leased stays until it is free', () => {
    const one = ask(pool, 'e1')
    const fewer = withNames(one, ['db2', 'db3'])
    expect(Object.keys(fewer.slots)).toEqual(['db1', 'db2', 'db3'])
    expect(Object.keys(withNames(released(fewer, 'e1', { state: 'free' }, now), ['db2', 'db3']).slots)).toEqual([
      'db2',
      'db3',
    ])
    expect(withNames(one, ['db2', 'db1'])).toBe(one)
  })
})

describe('a pool that was lost', () => {
  const held = (name: string, environment: string): Held => ({ name, generation: 5, tenant: tenant(environment) })

  test('is made anew from what the environments have', () => {
    const again = firstPool(['db1', 'db2'], [held('db2', 'e2')], now)
    expect(leaseOf(again, 'e2')).toEqual({ name: 'db2', generation: 5 })
    expect(again.slots.db1).toEqual({ state: 'free', generation: 0 })
  })

  test('is refused, naming both, when two say that they have one', () => {
    expect(() => firstPool(['db1'], [held('db1', 'e1'), held('db1', 'e2')], now)).toThrow(
      expect.objectContaining({
        code: 'Rejected',
        problems: [{ message: 'acme/shop#1 (feature/e1): lease 5' }, { message: 'acme/shop#2 (feature/e2): lease 5' }],
      }),
    )
  })

  test('or that cannot be read is an error, not an empty one', () => {
    for (const text of ['', '{', '{"v":2}', JSON.stringify({ ...pool, slots: { db1: { state: 'gone' } } })])
      expect(() => parsePool('ConfigMap/previews/eks-preview.pool.default', text)).toThrow('cannot be read')
  })

  test('goes through its JSON whole, with what a newer release has added', () => {
    const newer = { ...ask(ask(ask(pool, 'e1'), 'e2'), 'e3'), more: true }
    expect(parsePool('pool', JSON.stringify(newer))).toEqual(newer)
  })
})

test('10,000 schedules: no double lease, no lost slot, nobody waits beside a free one', { timeout: 60_000 }, () => {
  const environments = ['e1', 'e2', 'e3', 'e4', 'e5']
  const action = fc.record({
    what: fc.constantFrom('ask', 'ask', 'ask', 'release', 'clean', 'fail', 'reset', 'shrink', 'grow'),
    who: fc.constantFrom(...environments),
    dead: fc.subarray(environments),
  })
  let leases = 0
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(action, { minLength: 5, maxLength: 40 }), (size, actions) => {
      const names = Array.from({ length: size }, (_, index) => `db${index}`)
      let at = firstPool(names, [], now)
      for (const { what, who, dead } of actions) {
        const before = at
        const slotOf = (state: string) => Object.entries(at.slots).find(([, slot]) => slot.state === state)
        const lease = leaseOf(at, who)
        if (what === 'ask') at = ask(at, who, { isAlive: ({ tenant }) => !dead.includes(tenant.environment) })
        if (what === 'release') at = released(at, who, { state: 'cleaning', by: who }, now)
        if (what === 'reset' && lease) at = raised(at, lease)
        if (what === 'clean' || what === 'fail') {
          const [name] = slotOf('cleaning') ?? []
          const ending = what === 'clean' ? { state: 'free' as const } : { state: 'dirty' as const, why: 'no' }
          if (name)
            at = cleanedBy(
              cleaningBy(at, { name, generation: at.slots[name]?.generation ?? 0 }, who, now),
              name,
              who,
              ending,
              now,
            )
        }
        if (what === 'shrink') at = withNames(at, names.slice(1))
        if (what === 'grow') at = withNames(at, names)

        const owners = Object.values(at.slots).flatMap((slot) =>
          slot.state === 'leased' ? [slot.tenant.environment] : [],
        )
        expect(new Set(owners).size).toBe(owners.length)
        for (const [name, slot] of Object.entries(at.slots)) {
          const was = before.slots[name]
          if (was === undefined) continue
          expect(slot.generation).toBeGreaterThanOrEqual(was.generation)
          const isNew = slot.state === 'leased' && was.state !== 'leased'
          if (isNew) expect(was.state).toBe('free')
          if (isNew) leases += 1
          if (slot.state === 'leased' && was.state === 'leased') expect(slot.tenant).toEqual(was.tenant)
        }
        if (what === 'ask' && leaseOf(at, who) === undefined) {
          const isFree = Object.values(at.slots).some(({ state }) => state === 'free')
          if (isFree) expect(positionOf(at, who)).toBeGreaterThan(1)
        }
      }
      // Whoever is there goes, everything is cleaned: all that was ever in it is free again.
      for (const who of environments) at = released(at, who, { state: 'cleaning', by: 'end' }, now)
      for (const [name, { generation }] of Object.entries(at.slots))
        at = cleanedBy(cleaningBy(at, { name, generation }, 'end', now), name, 'end', { state: 'free' }, now)
      at = withNames(at, names)
      expect(Object.values(at.slots).map(({ state }) => state)).toEqual(names.map(() => 'free'))
      expect(at.queue).toEqual([])
    }),
    { numRuns: 10_000 },
  )
  expect(leases).toBeGreaterThan(10_000)
})
