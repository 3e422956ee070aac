import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PrepareInput } from './contract.ts'
import type { PrepareFailure } from './failure.ts'
import { decide, type Fence } from './fence.ts'

const ME = '3'.repeat(32)
const OTHER = '4'.repeat(32)
type Asked = Pick<PrepareInput, 'action' | 'data' | 'generation'> & { by?: string }

const ask = ({ by = ME, ...asked }: Asked): PrepareInput => ({
  version: 1,
  environment: { id: by, repository: 'acme/shop', branch: 'b' },
  run: { url: 'https://github.example/run' },
  engine: 'mysql',
  database: 'preview_01',
  ...asked,
})
const seen = (state: Fence['state'], generation = 5): Fence => ({ generation, environment: ME, state, shape: null })
const outcome = (fence: Fence | undefined, asked: Asked): string => {
  try {
    return decide(fence, ask(asked))
  } catch (error) {
    return (error as PrepareFailure).name
  }
}

describe('a lease', () => {
  test.each<[string, Fence | undefined, Asked['data'], number, string]>([
    ['never seen', undefined, 'reset', 1, 'reset'],
    ['never seen', undefined, 'keep', 1, 'keep'],
    ['ready, newer', seen('ready'), 'reset', 6, 'reset'],
    ['ready, newer', seen('ready'), 'keep', 6, 'keep'],
    ['ready, the same', seen('ready'), 'reset', 5, 'verify'],
    ['ready, the same', seen('ready'), 'keep', 5, 'verify'],
    ['keeping, the same', seen('keeping'), 'keep', 5, 'keep'],
    ['keeping, the same', seen('keeping'), 'reset', 5, 'reset'],
    ['keeping, newer', seen('keeping'), 'keep', 6, 'keep'],
    ['resetting, the same', seen('resetting'), 'keep', 5, 'reset'],
    ['resetting, newer', seen('resetting'), 'keep', 6, 'reset'],
    ['cleaning, the same', seen('cleaning'), 'reset', 5, 'StaleGeneration'],
    ['cleaning, newer', seen('cleaning'), 'keep', 6, 'reset'],
    ['clean, the same', seen('clean'), 'reset', 5, 'StaleGeneration'],
    ['clean, newer', seen('clean'), 'keep', 6, 'reset'],
  ])('%s (%o), asked to %s', (_, fence, data, generation, expected) => {
    expect(outcome(fence, { action: 'lease', data, generation })).toBe(expected)
  })
})

test.each<[Fence | undefined, number, string]>([
  [undefined, 1, 'clean'],
  [seen('ready'), 5, 'clean'],
  [seen('resetting'), 6, 'clean'],
  [seen('cleaning'), 5, 'clean'],
  [seen('clean'), 5, 'nothing'],
  [seen('clean'), 6, 'clean'],
  [seen('ready'), 4, 'StaleGeneration'],
])('cleaning what was %o at generation %i', (fence, generation, expected) => {
  expect(outcome(fence, { action: 'clean', data: 'keep', generation })).toBe(expected)
})

const anyAsked = fc.record({
  action: fc.constantFrom('lease' as const, 'clean' as const),
  data: fc.constantFrom('reset' as const, 'keep' as const),
  generation: fc.integer({ min: 1, max: 10 }),
  by: fc.constantFrom(ME, OTHER),
})
const anyFence = fc.record({
  state: fc.constantFrom<Fence['state']>('resetting', 'keeping', 'ready', 'cleaning', 'clean'),
  generation: fc.integer({ min: 1, max: 10 }),
  environment: fc.constantFrom(ME, OTHER),
  shape: fc.constant(null),
})

test('what is older, or another’s, changes nothing and says what was seen', () => {
  fc.assert(
    fc.property(anyFence, anyAsked, (fence, asked) => {
      const older = asked.generation < fence.generation
      const foreign = asked.generation === fence.generation && asked.by !== fence.environment
      if (!older && !foreign) return
      expect(outcome(fence, asked)).toBe(older ? 'StaleGeneration' : 'OtherEnvironment')
      try {
        decide(fence, ask(asked))
      } catch (error) {
        expect((error as PrepareFailure).generation).toBe(fence.generation)
        expect((error as Error).message).toContain('nothing was changed')
      }
    }),
  )
})
