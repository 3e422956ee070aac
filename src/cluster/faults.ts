import type { Live } from './cluster.ts'
import { type ContainerStatus, containersOf, podStatus } from './pods.ts'

/** What keeps a pod from running, and how long to bear it. Pure: one look at one pod. */

export type Fault = {
  /** The same for one trouble however its words change, so that its age can be told. */
  key: string
  reason: string
  container: string
  /** Milliseconds it may last before the rollout counts as failed. */
  patience: number
}

/** Registries answer many things with these words; they do not go away by waiting, except that a registry may lag a push. */
const NO_SUCH_IMAGE = /not found|manifest unknown|does not exist|denied|unauthorized|no basic auth|403/i
const IMAGE_LAG = 20_000
const REGISTRY_TROUBLE = 240_000
/** A Secret or ConfigMap may be made by something that is being applied beside it. */
const CONFIG_LAG = 30_000
const MAX_RESTARTS = 3

const NO_IMAGE_EVER = new Set(['InvalidImageName', 'ErrImageNeverPull'])
const NO_IMAGE = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable'])
const NO_START = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'StartError'])

export const faultsOf = (pod: Live): Fault[] =>
  pod.metadata.deletionTimestamp === undefined
    ? containersOf(pod).flatMap((container) => faultOf(pod, container) ?? [])
    : []

const faultOf = (pod: Live, container: ContainerStatus): Fault | undefined => {
  const { name, state, restartCount } = container
  const { reason = '', message = '' } = state?.waiting ?? {}
  const fault = (what: string, patience: number, text: string): Fault => ({
    key: `${pod.metadata.uid}/${name}/${what}`,
    reason: text,
    container: name,
    patience,
  })
  if (NO_IMAGE_EVER.has(reason)) return fault('image', 0, `${reason}: ${message}`)
  if (NO_IMAGE.has(reason))
    return fault('image', NO_SUCH_IMAGE.test(message) ? IMAGE_LAG : REGISTRY_TROUBLE, `${reason}: ${message}`)
  if (NO_START.has(reason)) return fault('start', CONFIG_LAG, `${reason}: ${message}`)
  if (reason === 'CrashLoopBackOff' && restartCount >= MAX_RESTARTS)
    return fault('crash', 0, `crashed ${restartCount} times, ${exitOf(container)}`)
  return undefined
}

const exitOf = ({ lastState }: ContainerStatus): string => {
  const { terminated } = lastState ?? {}
  if (terminated === undefined) return 'exit code unknown'
  const { exitCode, reason } = terminated
  return reason && reason !== 'Error' ? `exit code ${exitCode} (${reason})` : `exit code ${exitCode}`
}

/** Why a pod is not ready yet, in a few words; `undefined` when it is. */
export const waitingFor = (pod: Live): string | undefined => {
  const { conditions = [] } = podStatus(pod)
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (unscheduled) return unscheduled.message ?? unscheduled.reason
  const ready = conditions.find(({ type }) => type === 'Ready')
  if (ready?.status === 'True') return undefined
  const waiting = containersOf(pod).find(({ state }) => state?.waiting !== undefined)
  if (waiting) return `${waiting.name}: ${calm(waiting.state?.waiting?.reason)}`
  return ready?.message ?? 'starting'
}

/** The kubelet goes back and forth between these two; a log need not. */
const calm = (reason = 'waiting'): string => (NO_IMAGE.has(reason) ? 'cannot pull its image' : reason)
