import type { Live } from './cluster.ts'
import { eventsOf, type Fault, NEVER, type Seen } from './fault.ts'
import { podStatus } from './pods.ts'

/** Why a pod gets no node. Pure. */

/** A node takes a minute or two to start, and who starts it may say nothing. */
const NO_NODE = 180_000
/** Who would start a node has said that none would do. */
const NO_HELP = 60_000
const NO_VOLUME = 60_000

/** Cluster Autoscaler's and Karpenter's words for "a node is coming". */
const COMING = new Set(['TriggeredScaleUp', 'Nominated'])
const HOPELESS = /incompatible|no instance type|not supported on fargate/i

export const schedulingFault = (seen: Seen, pod: Live): Fault | undefined => {
  const { conditions = [] } = podStatus(pod)
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined
  const said = scheduled.message ?? ''
  const key = `${pod.metadata.uid}/node`
  const claim = /persistentvolumeclaim "([^"]+)" (?:not found|is being deleted)/.exec(said)?.[1]
  if (claim !== undefined) {
    const culprit = `PersistentVolumeClaim/${pod.metadata.namespace}/${claim}`
    return { key, pod, cause: 'VolumeMissing', culprit, reason: said, patience: NO_VOLUME }
  }
  const { why, patience } = prospects(eventsOf(seen.events, pod).map(({ reason, message }) => ({ reason, message })))
  return { key, pod, cause: 'Unschedulable', reason: why === undefined ? said : `${said}; ${why}`, patience }
}

/** What those who start nodes say about a pod, newest first. */
const prospects = (events: readonly { reason: string; message: string }[]): { why?: string; patience: number } => {
  if (events.some(({ reason }) => COMING.has(reason))) return { patience: NEVER }
  const refused = events.find(
    ({ reason, message }) =>
      reason === 'NotTriggerScaleUp' ||
      (reason === 'FailedScheduling' && HOPELESS.test(message)) ||
      reason === 'UnsupportedPodSpec',
  )
  return refused === undefined ? { patience: NO_NODE } : { why: refused.message, patience: NO_HELP }
}
