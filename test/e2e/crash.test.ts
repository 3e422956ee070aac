import { describe, expect, test } from 'vitest'
import { deploy, giveBack, lease, teardown, update } from '../crash/kills.ts'
import { sample } from '../crash/trial.ts'

// `npm run test:crash` does this at every request.
describe.concurrent('killed at a request: the next run converges, and a teardown leaves nothing', () => {
  test.each([
    ['deploy', deploy, 4],
    ['update', update, 3],
    ['teardown', teardown, 3],
    ['lease', lease, 3],
    ['give-back', giveBack, 3],
  ] as const)('%s', async (_, flow, count) => {
    const outcomes = await sample(flow, count, 1)
    expect(outcomes.flatMap(({ fault }) => fault?.text ?? [])).toEqual([])
    expect(outcomes.filter(({ reached }) => reached)).not.toEqual([])
  })
})
