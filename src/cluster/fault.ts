import type { Cause } from './causes.ts'
import type { Live } from './cluster.ts'
import type { KubeEvent } from './events.ts'

/** What keeps an object from becoming ready, as one look at it shows. */
export type Fault = {
  /** The same for one trouble however its words change, so that its age can be told. */
  key: string
  cause: Cause
  /** One line, mostly the cluster's own words. */
  reason: string
  /** What is to blame when it is not the object itself: an image, `Secret/previews/web`, somebody's Ingress. */
  culprit?: string
  pod?: Live
  container?: string
  /** Milliseconds it may last before the rollout counts as failed; `NEVER` for what only explains a time-out. */
  patience: number
}

export const NEVER = Number.POSITIVE_INFINITY

/** What a judgement is made of. Pure values: nothing here asks the cluster. */
export type Seen = {
  object: Live
  /** Those of its newest revision. */
  pods: readonly Live[]
  /** Why its controller may not make pods. */
  refused?: string | undefined
  /** Of the namespace, or at least about the object and its pods; what only they tell is unknown without them. */
  events?: readonly KubeEvent[]
  /** A custom resource of the same build may stand for a Secret that a controller is about to make. */
  mayMakeConfig?: boolean
}

/** Newest first, of one object. */
export const eventsOf = (events: readonly KubeEvent[] = [], { metadata }: Live): KubeEvent[] =>
  events.filter(({ uid }) => uid === metadata.uid).toSorted(byTime)

/** For `sort`: the newest first. */
export const byTime = (a: KubeEvent, b: KubeEvent): number => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)
