import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { environmentOf } from '../names.ts'
import {
  type EnvironmentRecord,
  firstRecord,
  isSameOwner,
  lastGood,
  mustWait,
  parseRecord,
  released,
  takenOver,
  type Wish,
} from './record-state.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'feature/login' }, true)
const wish = (run: number, phase: 'Applying' | 'Terminating' = 'Applying'): Wish => ({
  environment,
  phase,
  sha: `sha-${run}`,
  holder: { run: String(run), attempt: 1, url: `https://github.test/runs/${run}` },
})
const now = new Date('2026-01-02T03:04:05Z')
const first = firstRecord(wish(1), now)

describe('who has to wait', () => {
  test.each([
    { found: undefined, wanted: 'Applying', stale: false, waits: false },
    { found: { phase: 'Live', released: true }, wanted: 'Applying', stale: false, waits: false },
    { found: { phase: 'Applying', released: false }, wanted: 'Applying', stale: false, waits: false },
    { found: { phase: 'Applying', released: false }, wanted: 'Terminating', stale: false, waits: false },
    { found: { phase: 'Terminating', released: false }, wanted: 'Terminating', stale: false, waits: false },
    { found: { phase: 'Terminating', released: false }, wanted: 'Applying', stale: false, waits: true },
    { found: { phase: 'Terminating', released: false }, wanted: 'Applying', stale: true, waits: false },
    { found: { phase: 'Terminating', released: true }, wanted: 'Applying', stale: false, waits: false },
  ] as const)('$wanted finds $found.phase, released $found.released, stale $stale: $waits', (row) => {
    expect(mustWait(row.found, row.wanted, row.stale)).toBe(row.waits)
  })
})

describe('taking over', () => {
  test('a clean release leaves nobody who may still send', () => {
    const next = takenOver(released(first, { phase: 'Live' }, now), wish(2), now)
    expect(next).toMatchObject({ generation: 2, released: false, phase: 'Applying', sha: 'sha-2' })
    expect(next.fence).toBeUndefined()
  })

  test('an unreleased record is fenced off by who takes it over', () => {
    expect(takenOver(first, wish(2), now)).toMatchObject({ generation: 2, fence: 2 })
  })

  test('the fence stays where it is, however cleanly runs end later, and moves up with the next that does not', () => {
    const failed = released(takenOver(first, wish(2), now), { phase: 'Failed' }, now)
    const third = takenOver(failed, wish(3), now)
    expect(third.fence).toBe(2)
    expect(takenOver(third, wish(4), now).fence).toBe(4)
  })

  test('a removal stays a removal, of the commit it was', () => {
    const removal = takenOver(first, wish(2, 'Terminating'), now)
    expect(takenOver(removal, wish(3), now)).toMatchObject({ phase: 'Terminating', generation: 3, sha: 'sha-1' })
  })

  test('who comes to remove changes nothing until GitHub has said that it may', () => {
    const live = released(first, { phase: 'Live' }, now)
    const { environment, holder } = wish(2)
    const asking = takenOver(live, { environment, holder: { ...holder, removes: true } }, now)
    expect(asking).toMatchObject({
      generation: 2,
      phase: 'Live',
      sha: 'sha-1',
      released: false,
      holder: { removes: true },
    })
    expect(released(asking, {}, now)).toMatchObject({ phase: 'Live', sha: 'sha-1', history: live.history })
    expect(mustWait(asking, 'Applying', false)).toBe(false)
  })

  test('what a newer release of the action stored is handed on', () => {
    const stored = parseRecord(
      'r',
      JSON.stringify({ ...first, flavour: 'new', members: [{ g: '', v: 'v1', k: 'Pod', n: 'a', x: 1 }] }),
    )
    expect(takenOver(stored, wish(2), now)).toMatchObject({ flavour: 'new', members: [{ x: 1 }] })
  })
})

test('a record of a later version is an error that names it', () => {
  expect(() => parseRecord('eks-preview.abc.7', JSON.stringify({ ...first, v: 2 }))).toThrow(
    /eks-preview\.abc\.7 cannot be read/,
  )
  expect(() => parseRecord('eks-preview.abc.7', undefined)).toThrow(/cannot be read/)
})

test.each([
  { what: 'itself', other: environment.owner, same: true },
  { what: 'a renamed repository', other: { ...environment.owner, repository: 'acme/store' }, same: true },
  { what: 'another repository', other: { ...environment.owner, repositoryId: 8 }, same: false },
  { what: 'another branch', other: { ...environment.owner, branch: 'main' }, same: false },
])('the owner is the same: $what $same', ({ other, same }) => {
  expect(isSameOwner(first, { ...environment, owner: other })).toBe(same)
})

test('the last five ends are remembered, and the last good one however old', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('Live' as const, 'Failed' as const), { maxLength: 20 }), (ends) => {
      const record = ends.reduce<EnvironmentRecord>(
        (before, phase, i) => released(takenOver(before, wish(i + 2), now), { phase }, now),
        released(first, {}, now),
      )
      expect(record.history.length).toBe(Math.min(5, ends.length))
      const good = ends.lastIndexOf('Live')
      expect(lastGood(record)?.sha).toBe(good < 0 ? undefined : `sha-${good + 2}`)
      expect(record.history.at(-1)?.phase).toBe(ends.at(-1))
    }),
  )
})
