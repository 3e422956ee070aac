import { describe, expect, test } from 'vitest'
import { closeReopen, pushClose, pushPush } from '../crash/pairs.ts'
import { sample } from '../crash/trial.ts'

// `npm run test:crash` does this at every request.
describe.concurrent('stopped at a request, and resumed after another run: it changes nothing and leaves nothing', () => {
  test.each([
    ['a push, overtaken by a push', pushPush, 2, 1],
    ['a push, overtaken by the close', pushClose, 4, 1],
    // A removal that stands still is waited for a minute.
    ['a close, overtaken by the reopening', closeReopen, 2, 2],
  ] as const)('%s', async (_, flow, count, lanes) => {
    const outcomes = await sample(flow, count, lanes)
    expect(outcomes.flatMap(({ fault }) => fault?.text ?? [])).toEqual([])
    expect(outcomes.filter(({ reached }) => reached)).not.toEqual([])
  })
})
