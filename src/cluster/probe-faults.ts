import type { Live } from './cluster.ts'
import type { KubeEvent } from './events.ts'
import { eventsOf, type Fault, NEVER, type Seen } from './fault.ts'
import type { ContainerStatus } from './pods.ts'
import { containerSpec } from './pods.ts'

/** A container that runs but does not say that it is ready. Pure. */

/** What the kubelet says that a probe (`startup`, `readiness`, `liveness`) was answered, in the newest of these events. */
export const probeWords = (events: readonly KubeEvent[], kind: string): string | undefined =>
  events.find(({ reason, message }) => reason === 'Unhealthy' && message.toLowerCase().startsWith(`${kind} probe`))
    ?.message

/** A slow start is no failure, but minutes in which nothing happens are. */
const NO_NEWS = 240_000

export const probeFault = (seen: Seen, pod: Live, container: ContainerStatus): Fault | undefined => {
  const { name, state, ready, started, restartCount } = container
  if (state?.running === undefined || ready) return undefined
  const { readinessProbe, startupProbe } = containerSpec(pod, name) ?? {}
  // A startup probe that gives up restarts the container: that is judged as a crash.
  const isStarting = startupProbe !== undefined && started !== true
  const delay = (readinessProbe?.initialDelaySeconds ?? 0) * 1_000
  if (!isStarting && readinessProbe === undefined) return undefined
  const kind = isStarting ? 'startup' : 'readiness'
  return {
    key: `${pod.metadata.uid}/${name}/probe/${restartCount}`,
    pod,
    container: name,
    cause: 'ProbeFailing',
    reason: probeWords(eventsOf(seen.events, pod), kind) ?? `it runs, but its ${kind} probe has not succeeded`,
    patience: isStarting ? NEVER : NO_NEWS + delay,
  }
}
