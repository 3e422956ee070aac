import assert from 'node:assert/strict'
import { deployed, removed } from './checks.ts'
import type { Flow } from './flow.ts'
import { type Action, close, open, push, step } from './lane.ts'

/**
 * Killed at a request; then the next run converges, or the teardown leaves nothing. Each request meets both: one when it
 * is killed before sending, the other when it is killed at the answer.
 */
const killed = (action: Action, start: Flow['start']): Flow => ({
  action,
  start,
  points: ['sending', 'answered'],
  disturb: async (lane, { number, point }) => {
    const { result, reached } = await step(lane, action, { number, point, signal: 'SIGKILL' })
    assert.deepEqual([result.exit, result.signal], reached ? [null, 'SIGKILL'] : [0, null])
    const isOdd = (number + (point === 'answered' ? 1 : 0)) % 2 === 1
    if (action !== 'closed' && isOdd) await deployed(lane, action)
    // What an update has left live is the next one's beginning.
    if (action !== 'synchronize' || !isOdd) await removed(lane)
    return { reached }
  },
})

export const toLive: Flow['start'] = async (lane) => {
  if (lane.pull?.isLive) return
  await open(lane)
  await deployed(lane, 'opened')
}

export const deploy = killed('opened', (lane) => open(lane))

/** The same with a database: every request of acquiring it, and of giving it back. */
export const lease: Flow = { ...deploy, firstDatabase: 1 }

export const update = killed('synchronize', async (lane) => {
  await toLive(lane)
  await push(lane)
})

export const teardown = killed('closed', async (lane) => {
  await toLive(lane)
  close(lane)
})

export const giveBack: Flow = { ...teardown, firstDatabase: 4 }
