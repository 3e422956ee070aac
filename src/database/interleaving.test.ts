import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Defect, playPool } from '../../test/pool/season.ts'
import { virtualNow } from '../../test/simulation/schedule.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Claim } from '../cluster/record.ts'

vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('../../test/simulation/schedule.ts')).sleep }))

const SCHEDULES = 2_500
const TIMEOUT = 300_000

beforeAll(() => void vi.spyOn(performance, 'now').mockImplementation(virtualNow))
afterAll(() => void vi.restoreAllMocks())

type Kind = Parameters<typeof playPool>[0]

/** The first schedule in which something happens that must not, with all that happened in it. */
const failing = async (kind: Kind, defect?: Defect): Promise<string | undefined> => {
  let leases = 0
  for (let seed = 0; seed < SCHEDULES; seed += 1) {
    // Chance that can be had again, in the code too.
    let calls = 0
    const random = vi.spyOn(Math, 'random').mockImplementation(() => ((seed * 31 + calls++ * 17) % 97) / 97)
    const broken = (error: Error) => ({ violations: [error.stack ?? error.message], trace: [], leases: 0 })
    const played = await playPool(kind, seed, defect).catch(broken)
    random.mockRestore()
    leases += played.leases
    if (played.violations.length > 0) return [`schedule ${seed}`, ...played.violations, '', ...played.trace].join('\n')
  }
  console.info(`${kind}: ${SCHEDULES} schedules, ${leases} leases: none given twice, none lost`)
  return undefined
}

describe('no interleaving gives a database to two, or loses one', () => {
  test.each<Kind>(['secret', 'prepared'])('%s', { timeout: TIMEOUT }, async (kind) => {
    expect(await failing(kind)).toBeUndefined()
  })
})

describe('but some interleaving does', () => {
  const defects: Record<string, Defect> = {
    'without the look at the record before a change of the pool': {
      claim: (real: Claim) => Object.assign(Object.create(real), { confirm: async () => undefined }),
    },
    'without the version that a change of the pool was decided on': {
      cluster: (real: Cluster) => ({
        ...real,
        replace: async (object) => {
          const live = object.metadata.name.startsWith('eks-preview.pool.')
            ? await real.get({ ...object, ...object.metadata })
            : undefined
          return real.replace(live === undefined ? object : { ...object, metadata: live.metadata })
        },
      }),
    },
    'when the lease is given back before what uses it is gone': { releasesFirst: true },
  }
  test.each(Object.entries(defects))('%s', { timeout: TIMEOUT }, async (_, defect) => {
    expect(await failing('secret', defect)).toMatch(/^schedule/)
  })
})
