import { LABEL } from '../names.ts'
import type { Live } from './cluster.ts'

/** Which pods are a workload's, and which of them are of its newest revision. Pure. */

export type ContainerState = {
  waiting?: { reason?: string; message?: string }
  running?: object
  terminated?: { reason?: string; message?: string; exitCode: number }
}
export type ContainerStatus = {
  name: string
  restartCount: number
  ready: boolean
  started?: boolean
  state?: ContainerState
  lastState?: ContainerState
}
export type PodStatus = {
  phase?: string
  /** Of a pod that has failed as a whole: `Evicted`. */
  reason?: string
  podIP?: string
  conditions?: { type: string; status: string; reason?: string; message?: string }[]
  initContainerStatuses?: ContainerStatus[]
  containerStatuses?: ContainerStatus[]
}

export type ContainerSpec = {
  name: string
  image?: string
  /** `Always` makes an init container a sidecar. */
  restartPolicy?: string
  resources?: { limits?: Record<string, string> }
  ports?: { name?: string; containerPort: number }[]
  env?: { name: string; value?: string }[]
  readinessProbe?: Probe
  livenessProbe?: Probe
  startupProbe?: Probe
}
export type Probe = {
  httpGet?: { path?: string; port: number | string }
  tcpSocket?: { port: number | string }
  initialDelaySeconds?: number
  timeoutSeconds?: number
}

const REVISION = 'deployment.kubernetes.io/revision'
const HASH = 'controller-revision-hash'

export const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'Pod'])

export const podStatus = (pod: Live): PodStatus => (pod.status ?? {}) as PodStatus

/** Of init containers first: they run first. */
export const containersOf = (pod: Live): ContainerStatus[] => {
  const { initContainerStatuses = [], containerStatuses = [] } = podStatus(pod)
  return [...initContainerStatuses, ...containerStatuses]
}

export const containerSpec = (pod: Live, name: string): ContainerSpec | undefined => {
  const { initContainers = [], containers = [] } = (pod.spec ?? {}) as Record<string, ContainerSpec[] | undefined>
  return [...initContainers, ...containers].find((container) => container.name === name)
}

/** The ReplicaSet of a Deployment's current template; `undefined` until its controller made one. */
export const newestReplicaSet = (deployment: Live, replicaSets: readonly Live[]): Live | undefined => {
  const revision = deployment.metadata.annotations?.[REVISION]
  return controlledBy(deployment, replicaSets).find(({ metadata }) => metadata.annotations?.[REVISION] === revision)
}

/** Pods of the current template. Empty until the controller has seen it, so that no old pod is judged for a new one. */
export const newestPods = (workload: Live, replicaSets: readonly Live[], pods: readonly Live[]): Live[] => {
  const status = workload.status as { observedGeneration?: number; updateRevision?: string } | undefined
  const isObserved = (status?.observedGeneration ?? 0) >= (workload.metadata.generation ?? 0)
  switch (workload.kind) {
    case 'Pod':
      return pods.filter(({ metadata }) => metadata.uid === workload.metadata.uid)
    case 'Deployment': {
      const owner = isObserved ? newestReplicaSet(workload, replicaSets) : undefined
      return owner === undefined ? [] : controlledBy(owner, pods)
    }
    case 'StatefulSet':
      return isObserved
        ? controlledBy(workload, pods).filter(({ metadata }) => metadata.labels?.[HASH] === status?.updateRevision)
        : []
    default:
      return controlledBy(workload, pods)
  }
}

const controlledBy = (owner: Live, objects: readonly Live[]): Live[] =>
  objects.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === owner.metadata.uid),
  )

/** As a developer calls it: by its label, else by its name without the environment's digits. */
export const appOf = ({ metadata: { name, labels = {} } }: Live): string => {
  const short = labels[LABEL.environment]?.slice(0, 12)
  const own = short !== undefined && name.endsWith(`-${short}`) ? name.slice(0, -short.length - 1) : name
  return labels['app.kubernetes.io/name'] ?? own
}
