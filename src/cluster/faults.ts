import type { Live } from './cluster.ts'
import { crashFault, noStart } from './crash-faults.ts'
import { creationFault } from './creation-faults.ts'
import type { Fault, Seen } from './fault.ts'
import { isPulling, pullFault, pullWords } from './image-faults.ts'
import { loadBalancerFault } from './load-balancer-faults.ts'
import { CONFIG_MADE, missingConfig } from './missing-config.ts'
import { type ContainerStatus, containerSpec, containersOf, podStatus } from './pods.ts'
import { probeFault } from './probe-faults.ts'
import { schedulingFault } from './scheduling-faults.ts'
import { mountFault, provisioningFault } from './volume-faults.ts'

/** What keeps an object from becoming ready, and how long to bear it. Pure: one look at one object. */

const NO_START = new Set(['CreateContainerError', 'RunContainerError', 'StartError'])

/** The surest first. */
export const faultsOf = (seen: Seen): Fault[] =>
  [
    creationFault(seen),
    loadBalancerFault(seen),
    ...seen.pods
      .filter(isAtWork)
      .flatMap((pod) => [
        schedulingFault(seen, pod),
        provisioningFault(seen, pod),
        mountFault(seen, pod),
        ...containersOf(pod).map((container) => containerFault(seen, pod, container)),
      ]),
  ]
    .filter((fault) => fault !== undefined)
    .toSorted((a, b) => (a.patience < b.patience ? -1 : a.patience > b.patience ? 1 : 0))

/** One that was evicted, preempted or lost with its node is replaced; a Job counts its failed pods itself. */
const isAtWork = (pod: Live): boolean =>
  pod.metadata.deletionTimestamp === undefined && podStatus(pod).phase !== 'Failed'

const containerFault = (seen: Seen, pod: Live, container: ContainerStatus): Fault | undefined => {
  const { name, state } = container
  const { reason = '', message = '' } = state?.waiting ?? {}
  const at = { pod, container: name }
  const pull = pullFault(reason, message)
  if (pull !== undefined) {
    const image = containerSpec(pod, name)?.image
    const key = `${pod.metadata.uid}/${name}/image`
    return {
      ...at,
      ...pull,
      key,
      reason: `${reason}: ${pullWords(message)}`,
      ...(image === undefined ? {} : { culprit: image }),
    }
  }
  if (reason === 'CreateContainerConfigError') {
    const missing = missingConfig(message, pod.metadata.namespace ?? '')
    const start = { ...at, ...noStart(pod, name, message) }
    if (missing === undefined) return start
    return { ...start, ...missing, cause: 'ConfigMissing', ...(seen.mayMakeConfig && { patience: CONFIG_MADE }) }
  }
  if (NO_START.has(reason)) return { ...at, ...noStart(pod, name, message) }
  return crashFault(seen, pod, container) ?? probeFault(seen, pod, container)
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

/** The kubelet goes back and forth between two reasons; a log need not. */
const calm = (reason = 'waiting'): string => (isPulling(reason) ? 'cannot pull its image' : reason)
