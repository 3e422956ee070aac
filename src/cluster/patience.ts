import type { ChangeSet } from './apply.ts'
import type { Fault, Seen } from './fault.ts'
import { faultsOf, waitingFor } from './faults.ts'
import { finalFault } from './final-faults.ts'
import { isReady, type Observed } from './observation.ts'
import { isCustom } from './readiness.ts'
import type { Suspect } from './suspect.ts'

/**
 * A trouble is borne for as long as its kind deserves, and as long as it lasts: what goes away in between begins anew.
 * `changes`: everything that was applied.
 */
export const patience = (changes: ChangeSet): ((observed: Observed) => Suspect | undefined) => {
  const mayMakeConfig = changes.some(({ ref }) => isCustom(ref))
  const since = new Map<string, ReadonlyMap<string, number>>()
  return (observed) => {
    const faults = faultsIn({ ...observed, mayMakeConfig })
    const { uid } = observed.object.metadata
    const before = since.get(uid)
    const now = performance.now()
    const seen = new Map(faults.map(({ key }) => [key, before?.get(key) ?? now]))
    since.set(uid, seen)
    const over = faults.find(({ key, patience }) => now - (seen.get(key) ?? now) >= patience)
    return over && accused(observed, over)
  }
}

/** Who is to blame at the time-out. */
export const suspectOf = (observed: Observed): Suspect => {
  const { object, pods, state } = observed
  const [fault] = faultsIn(observed)
  if (fault === undefined) return { object, pods, cause: 'NotReadyInTime', reason: reasonOf(observed) }
  return { ...accused(observed, fault), ...('reason' in state ? { progress: state.reason } : {}) }
}

/** What an object waits for, in one line. */
export const reasonOf = (observed: Observed): string => {
  if (isReady(observed)) return 'ready'
  const { state, pods, refused } = observed
  const reason = 'reason' in state ? state.reason : ''
  const pod = pods.find((one) => waitingFor(one) !== undefined)
  const why = refused ?? (pod && `pod ${pod.metadata.name}: ${waitingFor(pod)}`)
  return why === undefined ? reason : `${reason} (${why})`
}

const faultsIn = (observed: Observed & Pick<Seen, 'mayMakeConfig'>): Fault[] => {
  const { state } = observed
  if ('failed' in state)
    return [finalFault({ ...observed, isGone: isGone(observed) }, state.reason), ...faultsOf(observed)]
  return isReady(observed) ? [] : faultsOf(observed)
}

/** Its last known form is then the one that was applied, or there is another in its place. */
const isGone = ({ change, object }: Observed): boolean => object === change.live || object.metadata.uid !== change.uid

const accused = ({ object, pods }: Observed, { key: _, patience: __, ...fault }: Fault): Suspect => ({
  object,
  pods,
  ...fault,
})
