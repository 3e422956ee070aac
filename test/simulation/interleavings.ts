import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { virtualNow } from './schedule.ts'
import { season, tell } from './season.ts'
import type { Scenario } from './simulate.ts'
import type { Defect } from './world.ts'

/** Every file's share: together they are more than ten thousand. */
const SCHEDULES = 1_710
const TIMEOUT = 300_000

/** Declares the tests of some scenarios: none may fail, and with a defect one must. */
export const interleavings = (scenarios: readonly Scenario[], defects: Record<string, Defect>): void => {
  const total = { schedules: 0, fencedOff: 0, failures: 0 }

  beforeAll(() => void vi.spyOn(performance, 'now').mockImplementation(virtualNow))
  afterAll(() => {
    vi.restoreAllMocks()
    const { schedules, fencedOff, failures } = total
    const found = failures === 0 ? 'stale writes 0, leaks 0' : `${failures} scenarios failed`
    console.info(`${count(schedules)} schedules, ${count(fencedOff)} late writes fenced off: ${found}`)
  })

  describe('no interleaving lets an older run write over a newer one, or leaves anything behind', () => {
    test.each(scenarios.map((scenario) => ({ scenario, names: scenario.join(', ') })))(
      '$names',
      { timeout: TIMEOUT },
      async ({ scenario }) => {
        const { schedules, fencedOff, failure } = await season(scenario, SCHEDULES)
        total.schedules += schedules
        total.fencedOff += fencedOff
        total.failures += failure ? 1 : 0
        if (failure) throw new Error(tell(failure))
        expect(fencedOff).toBeGreaterThan(0)
      },
    )
  })

  describe('but some interleaving does without', () => {
    test.each(Object.entries(defects))('%s', { timeout: TIMEOUT }, async (_, defect) => {
      for (const scenario of scenarios) if ((await season(scenario, SCHEDULES, defect)).failure) return
      throw new Error(`${scenarios.length * SCHEDULES} schedules, and none of them shows it`)
    })
  })
}

const count = (number: number): string => number.toLocaleString('en')
