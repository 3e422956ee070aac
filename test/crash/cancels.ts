import assert from 'node:assert/strict'
import { deployed, removed } from './checks.ts'
import type { Flow } from './flow.ts'
import { open, step } from './lane.ts'
import type { Sent } from './requests.ts'

/** As many as one stage has under way: those that were begun side by side with the one at which the signal came. */
const SIDE_BY_SIDE = 8

/** What may change something: dry runs and questions to the authorizer do not. */
const isWrite = ({ method, path, dryRun }: Sent): boolean =>
  method !== 'GET' && dryRun === undefined && (path.includes('/namespaces/') || path.endsWith('/rrset/'))

/** SIGINT, as GitHub's runner cancels: nothing more is changed, it ends by itself, and the next run carries on. */
export const cancel: Flow = {
  action: 'opened',
  start: (lane) => open(lane),
  points: ['sending'],
  disturb: async (lane, { number }) => {
    const { result, sent, reached } = await step(lane, 'opened', { number, point: 'sending', signal: 'SIGINT' })
    if (reached) {
      assert.deepEqual([result.exit, result.signal, result.outputs.status], [1, null, 'failed'])
      assert.match(result.log, /Cancelled at/)
      const later = sent.filter((each) => each.number > number + SIDE_BY_SIDE && isWrite(each))
      assert.deepEqual(later, [])
    }
    await deployed(lane, 'opened')
    await removed(lane)
    return { reached }
  },
}
