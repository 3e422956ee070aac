import type { Cluster } from '../../src/cluster/cluster.ts'
import type { Claim } from '../../src/cluster/record.ts'
import { controllers } from './controllers.ts'
import { type Ledger, ledger, RECORD, type Sender } from './ledger.ts'
import { type Carry, memoryCluster } from './memory-cluster.ts'
import { type MemoryServer, memoryServer } from './memory-server.ts'
import type { Random } from './random.ts'
import { type Ending, type Part, play } from './runs.ts'
import { type Actor, type Schedule, schedule, type Upset } from './schedule.ts'

/** Made on purpose, in what a run knows of its claim or in what it sends. */
export type Defect = { cluster?: (real: Cluster) => Cluster; claim?: (real: Claim) => Claim }

export type World = {
  server: MemoryServer
  ledger: Ledger
  schedule: Schedule
  disturb: ReturnType<typeof controllers>['disturb']
  /** Lets a run begin so many turns from now; tells afterwards how it ended, `undefined` when it never did. */
  begin(name: string, part: Part, upset: Upset, turns: number): () => Ending | undefined
  /** Writes to members that were refused after another run's claim. */
  fencedOff(): number
}

const WRITE = /^(apply|create|replace|delete) /

/** A cluster of its own, and runs that meet on it. */
export const world = (random: Random, defect: Defect): World => {
  const log = ledger()
  const turns = schedule(random)
  let sender: Sender | undefined
  let fencedOff = 0
  const server = memoryServer((write) => {
    log.note(write, sender)
    nature.react(write)
  })
  const nature = controllers(server, turns, random)

  const land = <T>(request: string, act: () => T, from: Sender): Answer<T> => {
    sender = from
    const answer = outcomeOf(act)
    sender = undefined
    const error = 'error' in answer ? `: ${answer.error}` : ''
    turns.trace.push(`${from.actor}: ${request}${error}`)
    const isRefused = error !== '' || ('value' in answer && answer.value === 'conflict')
    const isOld = from.tenure !== undefined && from.tenure !== log.tenures.at(-1)
    if (isRefused && isOld && WRITE.test(request) && !request.endsWith(RECORD.name)) fencedOff += 1
    return answer
  }

  /** A request lands at one turn, and its answer arrives at another. What a killed run had sent may still land, or not. */
  const carrierOf =
    (actor: Actor): Carry =>
    (request, act) =>
      new Promise((resolve, reject) => {
        const isWrite = WRITE.test(request)
        actor.sends(isWrite)
        if (actor.dead && random.chance(30)) return
        const from = log.senderOf(actor.name)
        // Writes are what matters when they come late.
        const isLate = actor.dead || (isWrite && random.chance(35))
        const delay = isLate ? random.below(random.oneOf([500, 5_000])) : undefined
        const arrive = () => {
          const answer = land(request, act, from)
          turns.later(() => ('error' in answer ? reject(answer.error) : resolve(answer.value)), actor)
        }
        turns.later(arrive, undefined, delay)
      })

  const begin: World['begin'] = (name, part, upset, after) => {
    const actor = turns.actor(name, upset)
    const real = memoryCluster(server, carrierOf(actor))
    let ending: Ending | undefined
    const player = {
      cluster: defect.cluster?.(real) ?? real,
      name,
      signal: new AbortController().signal,
      now: () => new Date(turns.now()),
      hold: defect.claim ?? ((claim: Claim) => claim),
    }
    const end = (how: Ending): void => {
      ending = how
      turns.trace.push(`${name} ended ${how}`)
    }
    const fail = (error: unknown) => void log.violations.push(`${name} ended with ${error}`)
    actor.begins(() => void play(part, player).then(end, fail), after)
    return () => ending
  }

  return { server, ledger: log, schedule: turns, disturb: nature.disturb, begin, fencedOff: () => fencedOff }
}

type Answer<T> = { value: T } | { error: unknown }

const outcomeOf = <T>(act: () => T): Answer<T> => {
  try {
    return { value: act() }
  } catch (error) {
    return { error }
  }
}
