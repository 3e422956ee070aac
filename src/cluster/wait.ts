import { PreviewError } from '../errors.ts'
import { poll } from '../poll.ts'
import type { ChangeSet } from './apply.ts'
import { type Cluster, type Ref, subject } from './cluster.ts'
import { diagnose, type Suspect, Unready } from './diagnose.ts'
import { faultsOf, waitingFor } from './faults.ts'
import { isReady, type Observed, observe, type Place } from './observation.ts'
import { WORKLOADS } from './pods.ts'
import { addressOf, hasState } from './readiness.ts'
import type { Run } from './record.ts'

const LOOK = 1_000
/** A container that starts well and dies at once looks ready in between. */
const SETTLE = 5_000
/** Quota, admission, a missing service account: a controller goes on trying, but not with another result. */
const REFUSAL_PATIENCE = 10_000

/** Returns when everything applied is up. Throws `Unready` as soon as it is plain that it will not be, and at the time-out. */
export const waitReady = async (
  cluster: Cluster,
  changes: ChangeSet,
  run: Run & Place & { timeout: number },
): Promise<void> => {
  const awaited = changes.filter(({ live }) => live !== undefined && hasState(live))
  const report = progress(run)
  const isHopeless = patience()
  const isSettled = settling(changes)
  let seen: Observed[] = []

  const look = async (): Promise<true | undefined> => {
    seen = await observe(cluster, awaited, run)
    const hopeless = seen.flatMap((observed) => isHopeless(observed) ?? [])
    if (hopeless.length > 0) throw await unready('RolloutFailed', hopeless)
    report(seen)
    return isSettled(seen) && seen.every(isReady) ? true : undefined
  }
  const unready = async (code: 'RolloutFailed' | 'TimedOut', suspects: Suspect[]): Promise<Unready> =>
    new Unready(code, await diagnose(cluster, run.namespace, suspects), run.timeout)

  const why = () => 'it is ready, but has not been for long enough'
  try {
    await poll({ what: 'everything to be ready', every: LOOK, timeout: run.timeout, signal: run.signal, why }, look)
  } catch (error) {
    const isLate = error instanceof PreviewError && error.code === 'TimedOut'
    const late = isLate ? seen.filter((observed) => !isReady(observed)) : []
    if (late.length === 0) throw error
    throw await unready('TimedOut', late.map(suspectOf))
  }
}

const suspectOf = (observed: Observed): Suspect => {
  const [fault] = observed.pods.flatMap(faultsOf)
  return { object: observed.object, pods: observed.pods, reason: fault?.reason ?? reasonOf(observed) }
}

/** Host name of the Ingress's load balancer, as soon as it has one. */
export const ingressHostname = (cluster: Cluster, ref: Ref, run: Run & { timeout: number }): Promise<string> =>
  poll(
    {
      what: `${subject(ref)} to get a load balancer`,
      every: LOOK,
      timeout: run.timeout,
      signal: run.signal,
      hint: `look at the events of ${subject(ref)} and at the log of the AWS Load Balancer Controller`,
    },
    async () => {
      const live = await cluster.get(ref)
      return live && addressOf(live)
    },
  )

const reasonOf = ({ state, pods, refused }: Observed): string => {
  const reason = 'reason' in state ? state.reason : ''
  const pod = pods.find((one) => waitingFor(one) !== undefined)
  const why = refused ?? (pod && `pod ${pod.metadata.name}: ${waitingFor(pod)}`)
  return why === undefined ? reason : `${reason} (${why})`
}

/** Says what is waited for, once for each reason. */
const progress = ({ say }: Run) => {
  const started = performance.now()
  const told = new Map<string, string>()
  return (seen: readonly Observed[]): void => {
    for (const observed of seen) {
      const { subject } = observed.change
      const text = isReady(observed) ? 'ready' : reasonOf(observed)
      if (told.get(subject) === text || (text === 'ready' && !told.has(subject))) continue
      told.set(subject, text)
      say.info(`${subject}: ${text} (${Math.round((performance.now() - started) / 1000)} s)`)
    }
  }
}

/** A trouble is borne for as long as its kind deserves, counted from when it was first seen. */
const patience = () => {
  const since = new Map<string, number>()
  const isOver = (key: string, limit: number): boolean => {
    const first = since.get(key) ?? performance.now()
    since.set(key, first)
    return performance.now() - first >= limit
  }
  return ({ object, state, pods, refused }: Observed): Suspect | undefined => {
    if ('failed' in state) return { object, pods, reason: state.reason }
    if (refused !== undefined && isOver(`${object.metadata.uid}/create`, REFUSAL_PATIENCE))
      return { object, pods, reason: refused }
    for (const pod of pods)
      for (const { key, reason, container, patience } of faultsOf(pod))
        if (isOver(key, patience)) return { object, pods, pod, container, reason }
    return undefined
  }
}

/** Workloads whose pods are new have to stay ready for a while. Others need not prove what they proved before. */
const settling = (changes: ChangeSet) => {
  const isWorkload = ({ ref }: { ref: Ref }) => WORKLOADS.has(ref.kind) && ref.kind !== 'Job'
  const moved = new Set(changes.filter((change) => change.rolled && isWorkload(change)).map(({ uid }) => uid))
  let quietSince: number | undefined
  return (seen: readonly Observed[]): boolean => {
    const unready = seen.filter((observed) => isWorkload(observed.change) && !isReady(observed))
    for (const { change } of unready) moved.add(change.uid)
    quietSince = unready.length > 0 ? undefined : (quietSince ?? performance.now())
    return moved.size === 0 || (quietSince !== undefined && performance.now() - quietSince >= SETTLE)
  }
}
