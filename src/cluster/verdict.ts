import type { Live } from './cluster.ts'

/** Whether an object is as it was asked to be, and what its status says about that. Pure. */

export type Readiness =
  | { ready: true; note?: string }
  | { ready: false; reason: string }
  | { failed: true; reason: string }

export type Context = {
  /** Of what was applied: an answer from before that says nothing. */
  generation: number
  /** Target group bindings of the namespace. */
  bindings: readonly Live[]
  /** Milliseconds since it was changed; `Infinity` when it was not. */
  age: number
}

export type Rule = (live: Live, context: Context) => Readiness

export const READY: Readiness = { ready: true }
export const note = (text: string): Readiness => ({ ready: true, note: text })
export const notYet = (reason: string): Readiness => ({ ready: false, reason })
export const failed = (reason: string): Readiness => ({ failed: true, reason })
export const UNSEEN = notYet('its controller has not seen it yet')
export const OUTDATED = notYet('its controller has not seen the change yet')

export type Condition = {
  type: string
  status: string
  reason?: string
  message?: string
  observedGeneration?: number
}
type Status = Record<string, unknown> & {
  observedGeneration?: number
  conditions?: Condition[]
  loadBalancer?: { ingress?: { hostname?: string; ip?: string }[] }
}

export const statusOf = (live: Live): Status => (live.status ?? {}) as Status

/** How many of its pods are what. */
export const countsOf = (live: Live): Record<string, number | undefined> =>
  statusOf(live) as Record<string, number | undefined>

/** The first of these that is true, else the first that is there. */
export const condition = (live: Live, ...types: string[]): Condition | undefined =>
  conditionIn(statusOf(live).conditions, ...types)

export const conditionIn = (conditions: readonly Condition[] = [], ...types: string[]): Condition | undefined => {
  const found = types.flatMap((wanted) => conditions.filter(({ type }) => type === wanted))
  return found.find(({ status }) => status === 'True') ?? found[0]
}

export const said = ({ type, reason, message }: Condition): string => message || reason || type

/** True, and said of what is there now. */
export const holds = (condition: Condition | undefined, { metadata }: Live): boolean =>
  condition?.status === 'True' && isOfNow(condition, metadata.generation)

export const isOfNow = ({ observedGeneration }: Condition, generation = 0): boolean =>
  observedGeneration === undefined || observedGeneration >= generation

/** Hostname or address of the load balancer. */
export const addressOf = (live: Live): string | undefined => {
  const [first] = statusOf(live).loadBalancer?.ingress ?? []
  return first?.hostname ?? first?.ip
}
