import { type Played, type Scenario, simulate } from './simulate.ts'
import type { Defect } from './world.ts'

export type Failure = Played & { scenario: Scenario; seed: number }
export type Season = { schedules: number; fencedOff: number; failure: Failure | undefined }

/** Schedules 0, 1, 2 … of a scenario, until one fails. The same number is the same schedule every time. */
export const season = async (scenario: Scenario, schedules: number, defect?: Defect): Promise<Season> => {
  let fencedOff = 0
  for (let seed = 0; seed < schedules; seed += 1) {
    const played = await simulate(scenario, seed, defect).catch(broken)
    fencedOff += played.fencedOff
    if (played.violations.length > 0) return { schedules: seed + 1, fencedOff, failure: { scenario, seed, ...played } }
  }
  return { schedules, fencedOff, failure: undefined }
}

const broken = (error: Error): Played => ({ violations: [error.stack ?? error.message], trace: [], fencedOff: 0 })

export const tell = ({ scenario, seed, violations, trace }: Failure): string =>
  [`${scenario.join(', ')}: schedule ${seed}`, ...violations, '', ...trace].join('\n')
