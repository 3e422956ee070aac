import { PreviewError } from '../errors.ts'
import { poll } from '../poll.ts'
import type { ChangeSet } from './apply.ts'
import { type Cluster, type Ref, subject } from './cluster.ts'
import { diagnose, type Sources, Unready } from './diagnose.ts'
import { isReady, type Observed, observe, type Place } from './observation.ts'
import { patience, suspectOf } from './patience.ts'
import { WORKLOADS } from './pods.ts'
import { progress } from './progress.ts'
import { hasState } from './readiness.ts'
import type { Run } from './record.ts'
import { openStore } from './store.ts'
import type { Suspect } from './suspect.ts'
import { addressOf } from './verdict.ts'

/** Between two looks at what has not changed: some things only time changes. */
const LOOK = 1_000
/** A container that starts well and dies at once looks ready in between. */
const SETTLE = 5_000

/** Returns when everything applied is up. Throws `Unready` as soon as it is plain that it will not be, and at the time-out. */
export const waitReady = async (
  cluster: Cluster,
  changes: ChangeSet,
  run: Run & Place & { timeout: number; sources?: Sources },
): Promise<void> => {
  const awaited = changes.filter(({ live }) => live !== undefined && hasState(live))
  const store = openStore(cluster, run)
  const started = performance.now()
  const report = progress(run.say)
  const isHopeless = patience(changes)
  const isSettled = settling(changes)
  let seen: Observed[] = []

  const look = async (): Promise<true | undefined> => {
    seen = await observe(store, awaited, run, performance.now() - started)
    const hopeless = seen.flatMap((observed) => isHopeless(observed) ?? [])
    if (hopeless.length > 0) throw await unready('RolloutFailed', hopeless)
    report(seen)
    if (isSettled(seen) && seen.every(isReady)) return true
    store.follow()
    return undefined
  }
  const unready = async (code: 'RolloutFailed' | 'TimedOut', suspects: Suspect[]): Promise<Unready> => {
    const error = new Unready(code, await diagnose(cluster, run.namespace, suspects, run), run.timeout)
    return Object.assign(error, { applied: changes })
  }

  const { timeout, signal } = run
  const why = () => 'it is ready, but has not been for long enough'
  try {
    const { change } = store
    await poll({ what: 'everything to be ready', every: LOOK, timeout, signal, why, change }, look)
  } catch (error) {
    const isLate = error instanceof PreviewError && error.code === 'TimedOut'
    const late = isLate ? seen.filter((observed) => !isReady(observed)) : []
    if (late.length === 0) throw error
    throw await unready('TimedOut', late.map(suspectOf))
  } finally {
    await store.close()
  }
}

/** Host name of the Ingress's load balancer, as soon as it has one. */
export const loadBalancerHostname = (cluster: Cluster, ref: Ref, run: Run & { timeout: number }): Promise<string> =>
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
