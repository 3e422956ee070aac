import assert from 'node:assert/strict'
import { deployed, Found, nothingLeft, nothingStale, recordOf, removed, writtenAtRest } from './checks.ts'
import type { Flow } from './flow.ts'
import { toLive } from './kills.ts'
import { type Action, begin, close, type Lane, open, pullOf, push, reopen, type Watched } from './lane.ts'
import type { Sent } from './requests.ts'

type Seen = {
  number: number
  /** What was written until the run was resumed. */
  before: string[]
  /** Whether it was stopped between looking for a comment and writing one: GitHub knows no precondition, so there may be two. */
  wasTelling: boolean
}

type Pair = {
  action: Action
  start: Flow['start']
  /** The other run, from its event to its end. */
  other(lane: Lane): Promise<void>
  /** What the resumed run may say of itself when its work was not done yet. */
  says: readonly string[]
  /** After the resumed run has ended. */
  check(lane: Lane, seen: Seen): Promise<void>
}

/** Stopped before it sends a request; another run begins and ends; then it goes on. */
const paired = ({ action, start, other, says, check }: Pair): Flow => ({
  action,
  start,
  points: ['sending'],
  disturb: async (lane, { number }) => {
    const { sha } = pullOf(lane)
    const { stopped, ended } = await begin(lane, action, { number, point: 'sending', signal: 'SIGSTOP' })
    const pid = await stopped()
    try {
      const isDone = await hasDone(lane, action, sha)
      await other(lane)
      const before = await writtenAtRest(lane)
      if (pid !== undefined) process.kill(pid, 'SIGCONT')
      const { result, reached, sent } = await ended
      assert.equal(result.exit, 0)
      assert.ok(isDone || says.includes(result.outputs.status ?? ''), `status ${result.outputs.status}`)
      await check(lane, { number, before, wasTelling: wasTelling(sent, number) })
      return { reached }
    } finally {
      await killed(pid, ended)
    }
  },
})

/** Whether only telling was left for the run. */
const hasDone = async (lane: Lane, action: Action, sha: string): Promise<boolean> => {
  const record = await recordOf(lane)
  return action === 'closed' ? record === undefined : record?.released === true && record.sha === sha
}

const killed = async (pid: number | undefined, ended: Promise<Watched>): Promise<void> => {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  } catch {
    // ESRCH: it has ended.
  }
  await ended
}

const wasTelling = (sent: readonly Sent[], number: number): boolean =>
  sent.findLast((each) => each.number < number && /\/issues\/.*comments/.test(each.path))?.method === 'GET'

const commentsSay = ({ home, pull }: Lane, text: RegExp, wasTelling: boolean): void => {
  const bodies = pull ? home.comments(pull.number).map(({ body }) => body) : []
  assert.ok(bodies.length <= (wasTelling ? 2 : 1), `${bodies.length} comments`)
  for (const body of bodies) assert.match(body, text)
}
const isLive = (lane: Lane): RegExp => new RegExp(`Preview is live.* · ${pullOf(lane).sha.slice(0, 7)}`)
const isOfApp2 = (line: string): boolean => /\bapp2-|-app2\./.test(line)

/** The first of two pushes wants one app more: what it makes of that late belongs to nobody. */
export const pushPush = paired({
  action: 'synchronize',
  start: async (lane) => {
    await toLive(lane)
    await push(lane, 2)
  },
  other: async (lane) => {
    await push(lane, 1)
    await deployed(lane, 'synchronize')
  },
  says: ['superseded'],
  check: async (lane, { number, before, wasTelling }) => {
    await nothingStale(lane, before, isOfApp2)
    commentsSay(lane, isLive(lane), wasTelling)
    if (number % 2 === 0) return await removed(lane)
    await deployed(lane, 'synchronize')
    const late = (await writtenAtRest(lane)).filter(isOfApp2)
    if (late.length > 0) throw new Found('leaked', late)
  },
})

export const pushClose = paired({
  action: 'opened',
  start: (lane) => open(lane, 2),
  other: removed,
  says: ['superseded', 'removed'],
  check: async (lane, { wasTelling }) => {
    await nothingLeft(lane)
    commentsSay(lane, /Removed/, wasTelling)
  },
})

export const closeReopen = paired({
  action: 'closed',
  start: async (lane) => {
    await toLive(lane)
    close(lane)
  },
  other: async (lane) => {
    reopen(lane)
    await push(lane)
    await deployed(lane, 'synchronize')
  },
  says: ['superseded'],
  check: async (lane, { before, wasTelling }) => {
    await nothingStale(lane, before, () => false)
    commentsSay(lane, isLive(lane), wasTelling)
    await removed(lane)
  },
})
