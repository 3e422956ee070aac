import { Found, removed } from './checks.ts'
import type { Flow, Spot } from './flow.ts'
import { type Lane, openLane, step } from './lane.ts'
import type { Sent } from './requests.ts'

export type Outcome = { spot: Spot; reached: boolean; fault?: Fault }
/** `text` is for a person: what was wrong, and the ends of the logs. */
export type Fault = { text: string; leaked: number; stale: number }

const TAIL = 25

/** The requests of a run that nobody disturbs. */
export const undisturbed = async (flow: Flow): Promise<Sent[]> => {
  const lane = await openLane(databaseOf(flow, 0))
  try {
    await flow.start(lane)
    const { result, sent } = await step(lane, flow.action)
    if (result.exit !== 0) throw new Error(`the undisturbed run failed:\n${result.log}`)
    await removed(lane)
    return sent
  } finally {
    await lane.home.end()
  }
}

const tryAt = async (flow: Flow, lane: Lane, spot: Spot): Promise<Outcome> => {
  lane.runs = []
  try {
    await flow.start(lane)
    return { spot, ...(await flow.disturb(lane, spot)) }
  } catch (error) {
    return { spot, reached: true, fault: faultOf(error, lane) }
  }
}

const faultOf = (error: unknown, { runs }: Lane): Fault => {
  const text = [
    error instanceof Error ? (error.stack ?? error.message) : String(error),
    ...runs.flatMap(({ what, log }) => [`── ${what}`, ...log.split('\n').slice(-TAIL)]),
  ].join('\n')
  const count = (kind: Found['kind']) => (error instanceof Found && error.kind === kind ? error.lines.length : 0)
  return { text, leaked: count('leaked'), stale: count('stale') }
}

/** Lanes do not meet: each has one of the databases that the stack's server has. */
const databaseOf = ({ firstDatabase }: Flow, index: number): string | undefined =>
  firstDatabase === undefined ? undefined : `preview_${String(firstDatabase + index).padStart(2, '0')}`
const DATABASES = 3

/** Takes one spot after the other, in a lane of its own; after a fault in a new one, for it may have left something. */
const tryInLane = async (
  flow: Flow,
  spots: Iterator<Spot>,
  index: number,
  told: (outcome: Outcome) => void,
): Promise<void> => {
  let lane = await openLane(databaseOf(flow, index))
  let last: Spot | undefined
  try {
    for (let next = spots.next(); !next.done; next = spots.next()) {
      last = next.value
      const outcome = await tryAt(flow, lane, last)
      told(outcome)
      if (outcome.fault === undefined) continue
      await lane.home.end()
      lane = await openLane(databaseOf(flow, index))
    }
    if (lane.pull?.isLive) await removed(lane)
  } catch (error) {
    if (last === undefined) throw error
    told({ spot: last, reached: true, fault: faultOf(error, lane) })
  } finally {
    await lane.home.end()
  }
}

export const tryAll = async (
  flow: Flow,
  spots: Iterator<Spot>,
  lanes: number,
  told: (outcome: Outcome) => void = () => undefined,
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = []
  const tell = (outcome: Outcome) => {
    outcomes.push(outcome)
    told(outcome)
  }
  const length = flow.firstDatabase !== undefined ? Math.min(lanes, DATABASES) : lanes
  await Promise.all(Array.from({ length }, (_, index) => tryInLane(flow, spots, index, tell)))
  return outcomes
}

/** A few requests of a flow, evenly spread over those of a run that nobody disturbs. */
export const sample = async (flow: Flow, count: number, lanes: number): Promise<Outcome[]> => {
  const sent = await undisturbed(flow)
  const spots = spread(count, sent.length).map((number, index) => {
    return { number, point: flow.points[index % flow.points.length] ?? 'sending' }
  })
  return await tryAll(flow, spots.values(), lanes)
}

/** As many of 1 … `of` as asked for, evenly spread. */
const spread = (count: number, of: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.ceil(((index + 0.5) * of) / count))
