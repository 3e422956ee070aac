import { AsyncLocalStorage } from 'node:async_hooks'
import type { Random } from './random.ts'

/**
 * One interleaving: whatever is to happen waits for its turn, and turns come in an order that the seed decides. Most things
 * take a moment, some take very long: that is what makes a request land when nobody thinks of it any more.
 */
export type Schedule = {
  /** Happens later, at a turn of its own, as part of an actor; without one it is the network's or a controller's. */
  later(act: () => void, actor?: Actor, turns?: number): void
  actor(name: string, upset: Upset): Actor
  /** Steps until nothing is left to happen. */
  run(): Promise<void>
  /** Milliseconds; moves when somebody has slept. */
  now(): number
  trace: string[]
}

/** What goes wrong with an actor, when it sends its n-th request or write. */
export type Upset = { kind: 'none' } | { kind: 'killed' | 'paused'; at: number; of: 'requests' | 'writes' }

export type Actor = {
  readonly name: string
  dead: boolean
  begins(act: () => void, turns: number): void
  /** To be told that it sends: its mishap may be due. */
  sends(isWrite: boolean): void
}

type Step = { turn: number; act: () => void; actor: Actor | undefined }

const MOST_STEPS = 50_000
let clock = () => 0

type Sleeper = (ms: number) => Promise<void>
const sleeper = new AsyncLocalStorage<Sleeper>()

/** Stands for `setTimeout` of `node:timers/promises`. */
export const sleep = (ms: number, _: unknown, { signal }: { signal: AbortSignal }): Promise<void> => {
  const mine = sleeper.getStore()
  if (mine === undefined) throw new Error('somebody sleeps who is not of the simulation')
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  return Promise.race([mine(ms), aborted.promise]).finally(() => signal.removeEventListener('abort', abort))
}

/** Stands for `performance.now`. */
export const virtualNow = (): number => clock()

export const schedule = (random: Random): Schedule => {
  const steps: Step[] = []
  const trace: string[] = []
  const awake = new Map<Actor, number>()
  /** How much longer than asked everybody sleeps, in all of this schedule. */
  const slack = random.oneOf([1, 3, 10])
  let turn = 0
  let now = 0
  clock = () => now

  const delay = (): number =>
    random.chance(88) ? random.below(5) : random.chance(75) ? random.below(80) : random.below(1_000)

  const later: Schedule['later'] = (act, actor, turns = delay()) => {
    steps.push({ turn: turn + turns, act, actor })
  }

  const next = (): Step | undefined => {
    let first = 0
    for (const [at, step] of steps.entries()) if (step.turn < (steps[first]?.turn ?? 0)) first = at
    return steps.splice(first, 1)[0]
  }

  const sleepOf =
    (actor: Actor): Sleeper =>
    (ms) => {
      const until = now + ms * slack
      return new Promise((resolve) =>
        later(() => {
          now = Math.max(now, until)
          resolve()
        }, actor),
      )
    }

  return {
    later,
    trace,
    now: () => now,
    actor: (name, upset) => {
      let sent = 0
      const actor: Actor = {
        name,
        dead: false,
        sends: (isWrite) => {
          if (upset.kind === 'none' || (upset.of === 'writes' && !isWrite)) return
          sent += 1
          if (sent !== upset.at) return
          trace.push(`${name} is ${upset.kind}`)
          if (upset.kind === 'killed') actor.dead = true
          else awake.set(actor, turn + random.below(1_500))
        },
        begins: (act, turns) => later(() => sleeper.run(sleepOf(actor), act), actor, turns),
      }
      return actor
    },
    run: async () => {
      for (let done = 0; done < MOST_STEPS; done += 1) {
        // Everything that follows from the last step at once has happened when the event loop comes around.
        await new Promise(setImmediate)
        const step = next()
        if (step === undefined) return
        const paused = step.actor === undefined ? 0 : (awake.get(step.actor) ?? 0)
        if (step.actor?.dead) continue
        turn = Math.max(turn, step.turn)
        if (paused > turn) steps.push({ ...step, turn: paused })
        else step.act()
      }
      throw new Error(`it does not come to an end within ${MOST_STEPS} steps`)
    },
  }
}
