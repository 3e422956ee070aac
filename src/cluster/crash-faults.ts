import { CAUSES, type Cause } from './causes.ts'
import type { Live } from './cluster.ts'
import { exitText, isFailedExit, isInit, isNoStart, lastExit } from './exits.ts'
import { eventsOf, type Fault, NEVER, type Seen } from './fault.ts'
import { type ContainerStatus, containersOf } from './pods.ts'
import { probeWords } from './probe-faults.ts'
import { isMigration } from './stages.ts'

/** Containers that end although they should run, or could not be started at all. Pure. */

/** An app may wait for its database by crashing until it is there. */
const MAX_RESTARTS = 3
/** Restarts after which replicas that all end the same way will go on doing so. */
const SAME_END = 2
/** A Secret or ConfigMap may be made by something that is being applied beside it. */
const START_LAG = 30_000

export const crashFault = (seen: Seen, pod: Live, container: ContainerStatus): Fault | undefined => {
  const { name, state, restartCount } = container
  const exit = lastExit(container)
  const isDown = state?.waiting?.reason === 'CrashLoopBackOff' || isFailedExit(state?.terminated)
  if (!isDown || exit === undefined) return undefined
  const at = { pod, container: name }
  // The back-off between two tries has another reason, but it is the same trouble.
  if (isNoStart(exit)) return { ...at, ...noStart(pod, name, exit.message ?? exit.reason ?? '') }
  const key = `${pod.metadata.uid}/${name}/crash`
  const probe = deadlyProbe(seen, pod, name)
  return {
    ...at,
    key,
    cause: causeOf(seen.object, pod, container, probe !== undefined),
    reason: `crashed ${times(restartCount)}, ${probe ?? exitText(exit)}`,
    patience: isOver(seen.pods, container) ? 0 : NEVER,
  }
}

/** `RunContainerError` and the like, also under the name that the back-off gives it. */
export const noStart = (
  pod: Live,
  container: string,
  said: string,
): Pick<Fault, 'key' | 'cause' | 'reason' | 'patience'> => ({
  key: `${pod.metadata.uid}/${container}/start`,
  cause: 'StartFailed',
  reason: `${CAUSES.StartFailed}: ${said}`,
  patience: START_LAG,
})

const times = (restarts: number): string => (restarts === 1 ? 'once' : `${Math.max(restarts, 1)} times`)

const isOver = (replicas: readonly Live[], container: ContainerStatus): boolean => {
  const { restartCount } = container
  if (restartCount >= MAX_RESTARTS) return true
  // A limit does not grow by waiting.
  if (lastExit(container)?.reason === 'OOMKilled') return restartCount >= 1
  return replicas.length > 1 && replicas.every((pod) => endsLike(pod, container))
}

const endsLike = (pod: Live, { name, ...container }: ContainerStatus): boolean => {
  const other = containersOf(pod).find((one) => one.name === name)
  const code = lastExit({ name, ...container })?.exitCode
  const exit = other && lastExit(other)
  return isFailedExit(exit) && exit.exitCode === code && !other?.ready && (other?.restartCount ?? 0) >= SAME_END
}

const causeOf = (object: Live, pod: Live, container: ContainerStatus, isProbe: boolean): Cause => {
  if (isMigration(object)) return 'MigrationFailed'
  if (lastExit(container)?.reason === 'OOMKilled') return 'OutOfMemory'
  if (isInit(pod, container.name)) return 'InitContainerFailed'
  return isProbe ? 'ProbeFailing' : 'CrashLoop'
}

/** What a liveness or startup probe said when the kubelet ended the container because of it. */
const deadlyProbe = ({ events }: Seen, pod: Live, container: string): string | undefined => {
  const about = eventsOf(events, pod)
  const prefix = `Container ${container} failed `
  const killed = about.find(({ reason, message }) => reason === 'Killing' && message.startsWith(prefix))
  const kind = killed && /^(liveness|startup) probe/.exec(killed.message.slice(prefix.length))?.[1]
  if (kind === undefined) return undefined
  return probeWords(about, kind) ?? `its ${kind} probe failed`
}
