import { expect, test } from 'vitest'
import { cancel } from '../crash/cancels.ts'
import { sample } from '../crash/trial.ts'

// `npm run test:crash -- cancel` does this at every request.
test('cancelled at a request: nothing more is changed, and the next run carries on', async () => {
  const outcomes = await sample(cancel, 5, 2)
  expect(outcomes.flatMap(({ fault }) => fault?.text ?? [])).toEqual([])
  expect(outcomes.filter(({ reached }) => reached)).not.toEqual([])
})
