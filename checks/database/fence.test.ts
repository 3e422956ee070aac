import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PrepareInput } from './contract.ts'
import { PrepareFailure } from './failure.ts'
import { decide, type Fence } from './fence.ts'

const ENVIRONMENT = 'e'.repeat(32)
const OTHER = 'f'.repeat(32)
const GENERATION = 5

type Asked = { action: 'lease' | 'clean'; generation: number; data?: 'reset' | 'keep'; environment?: string }
const asked = ({ action, data = 'reset', environment = ENVIRONMENT, generation }: Asked): PrepareInput => ({
  version: 1,
  action,
  environment: { id: environment, repository: 'acme/shop', branch: 'main' },
  run: { url: 'https://github.example/acme/shop/actions/runs/7' },
  engine: 'mysql',
  database: 'preview_01',
  generation,
  data,
})
const seenAs = (state: Fence['state']): Fence => ({
  generation: GENERATION,
  environment: ENVIRONMENT,
  state,
  shape: null,
})

const decided = (seen: Fence | undefined, request: Asked): string => {
  try {
    return decide(seen, asked(request))
  } catch (error) {
    return (error as Error).name
  }
}

// The table above `decide`, cell by cell. `reset` and `keep` where it says "as it is asked".
const NEWER = GENERATION + 1
const STATES = ['ready', 'keeping', 'resetting', 'cleaning', 'clean'] as const
type Row = [
  seen: Fence['state'] | 'nothing',
  newer: string,
  newerKeep: string,
  same: string,
  sameKeep: string,
  cleanNewer: string,
  cleanSame: string,
]
const TABLE: Row[] = [
  ['nothing', 'reset', 'keep', '', '', 'clean', ''],
  ['ready', 'reset', 'keep', 'verify', 'verify', 'clean', 'clean'],
  ['keeping', 'reset', 'keep', 'reset', 'keep', 'clean', 'clean'],
  ['resetting', 'reset', 'reset', 'reset', 'reset', 'clean', 'clean'],
  ['cleaning', 'reset', 'reset', 'StaleGeneration', 'StaleGeneration', 'clean', 'clean'],
  ['clean', 'reset', 'reset', 'StaleGeneration', 'StaleGeneration', 'clean', 'nothing'],
]

describe.each(TABLE)('where %s was seen', (state, newer, newerKeep, same, sameKeep, cleanNewer, cleanSame) => {
  const seen = state === 'nothing' ? undefined : seenAs(state)
  const cells: [string, Asked, string][] = [
    ['a newer lease that resets', { action: 'lease', generation: NEWER, data: 'reset' }, newer],
    ['a newer lease that keeps', { action: 'lease', generation: NEWER, data: 'keep' }, newerKeep],
    ['the same lease that resets', { action: 'lease', generation: GENERATION, data: 'reset' }, same],
    ['the same lease that keeps', { action: 'lease', generation: GENERATION, data: 'keep' }, sameKeep],
    ['a newer clean', { action: 'clean', generation: NEWER }, cleanNewer],
    ['the same clean', { action: 'clean', generation: GENERATION }, cleanSame],
  ]
  test.each(cells.filter(([, , expected]) => expected !== ''))('%s: %j is %s', (_, request, expected) => {
    expect(decided(seen, request)).toBe(expected)
  })
})

test('what a clean would do with data is of no account', () => {
  for (const state of STATES) {
    for (const generation of [GENERATION, NEWER]) {
      const [reset, keep] = (['reset', 'keep'] as const).map((data) =>
        decided(seenAs(state), { action: 'clean', generation, data }),
      )
      expect(keep).toBe(reset)
    }
  }
})

describe.each(STATES)('in state %s', (state) => {
  test.each(['lease', 'clean'] as const)('a %s of an older generation is refused, whoever asks', (action) => {
    for (const environment of [ENVIRONMENT, OTHER]) {
      expect(decided(seenAs(state), { action, generation: GENERATION - 1, environment })).toBe('StaleGeneration')
    }
  })

  test.each(['lease', 'clean'] as const)(
    'a %s of another environment with the same generation is refused',
    (action) => {
      expect(decided(seenAs(state), { action, generation: GENERATION, environment: OTHER })).toBe('OtherEnvironment')
    },
  )

  test.each(['lease', 'clean'] as const)('a %s of another environment with a newer generation is not', (action) => {
    const own = decided(seenAs(state), { action, generation: NEWER })
    expect(decided(seenAs(state), { action, generation: NEWER, environment: OTHER })).toBe(own)
  })
})

describe('a refusal', () => {
  const refusal = (seen: Fence, request: Asked): PrepareFailure => {
    try {
      decide(seen, asked(request))
    } catch (error) {
      if (error instanceof PrepareFailure) return error
    }
    throw new Error('it was not refused')
  }

  test('of an older generation says which one was seen, and that nothing was changed', () => {
    const { generation, message } = refusal(seenAs('ready'), { action: 'clean', generation: 4 })
    expect(generation).toBe(5)
    expect(message).toBe(
      'preview_01 was asked to clean for generation 4, which is older than generation 5 that it has seen: nothing was changed. Lease it again',
    )
  })

  test('of a lease that ended says that it ended', () => {
    const { generation, message } = refusal(seenAs('clean'), { action: 'lease', generation: 5 })
    expect(generation).toBe(5)
    expect(message).toContain('generation 5, which has already been cleaned: nothing was changed')
  })

  test('of another environment names both', () => {
    const { generation, message } = refusal(seenAs('ready'), { action: 'lease', generation: 5, environment: OTHER })
    expect(generation).toBe(5)
    expect(message).toContain(`belongs to environment ${ENVIRONMENT}, not to ${OTHER}: nothing was changed`)
  })
})

test('whatever is asked in whatever order, what was seen never gets older', () => {
  const request = fc.record({
    action: fc.constantFrom('lease' as const, 'clean' as const),
    generation: fc.integer({ min: 1, max: 4 }),
    data: fc.constantFrom('reset' as const, 'keep' as const),
    environment: fc.constantFrom(ENVIRONMENT, OTHER),
    killed: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(request, { maxLength: 12 }), (requests) => {
      let seen: Fence | undefined
      for (const { killed, ...each } of requests) {
        const decision = decided(seen, each)
        const next = after(decision, killed)
        if (!next) continue
        expect(each.generation).toBeGreaterThanOrEqual(seen?.generation ?? 0)
        // Data of a tenant that was to be thrown away is never handed on.
        if (decision === 'keep') expect(['ready', 'keeping', undefined]).toContain(seen?.state)
        seen = { generation: each.generation, environment: each.environment, state: next, shape: null }
      }
    }),
  )
})

const after = (decision: string, killed: boolean): Fence['state'] | undefined => {
  if (decision === 'reset') return killed ? 'resetting' : 'ready'
  if (decision === 'keep') return killed ? 'keeping' : 'ready'
  if (decision === 'clean') return killed ? 'cleaning' : 'clean'
  return undefined
}
