import type { Cause } from './causes.ts'
import { byCause } from './causes.ts'
import { type Live, subject } from './cluster.ts'

/** An object that does not become ready, and what is thought to be the reason. */
export type Suspect = {
  object: Live
  pods: readonly Live[]
  cause: Cause
  /** One line, mostly the cluster's own words. */
  reason: string
  /** How far it came: `0 of 1 pods ready`. */
  progress?: string
  /** What is to blame when it is not the object itself: an image, `Secret/previews/web`, somebody's Ingress. */
  culprit?: string
  pod?: Live
  container?: string
}

/** One thing that went wrong, and the other objects that it keeps from being ready. */
export type Root = { suspect: Suspect; also: string[] }

/** A Secret that is missing is one cause, however many pods wait for it. What explains most comes first. */
export const rootsOf = (suspects: readonly Suspect[]): Root[] => {
  const own = new Set(suspects.map(({ object }) => subject(object)))
  const blameOf = ({ object, cause, culprit }: Suspect): string => {
    if (culprit === undefined) return subject(object)
    // An Ingress of ours that is blocked by another of ours.
    return own.has(culprit) ? culprit : `${cause} ${culprit}`
  }
  return [...Map.groupBy(suspects.toSorted(byCause), blameOf)].flatMap(([blame, those]) => {
    const suspect = those.find(({ object }) => subject(object) === blame) ?? those[0]
    if (suspect === undefined) return []
    return [{ suspect, also: those.filter((one) => one !== suspect).map(({ object }) => subject(object)) }]
  })
}
