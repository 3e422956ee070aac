import type { Live } from './cluster.ts'
import { groupOf } from './members.ts'

/** When an object is as it was asked to be. Pure: one look at one object. */

export type Readiness =
  | { ready: true; note?: string }
  | { ready: false; reason: string }
  | { failed: true; reason: string }

export type Context = {
  /** Of what was applied: an answer from before that says nothing. */
  generation: number
  /** Target group bindings of the namespace. */
  bindings: readonly Live[]
}

type Condition = { type: string; status: string; reason?: string; message?: string }
type Status = Record<string, unknown> & {
  observedGeneration?: number
  conditions?: Condition[]
  loadBalancer?: { ingress?: { hostname?: string; ip?: string }[] }
}
type Counts = Record<string, number | undefined>

const READY: Readiness = { ready: true }
const note = (text: string): Readiness => ({ ready: true, note: text })
const notYet = (reason: string): Readiness => ({ ready: false, reason })
const failed = (reason: string): Readiness => ({ failed: true, reason })

export const readiness = (live: Live, context: Context): Readiness => {
  const { generation = 0, deletionTimestamp } = live.metadata
  if (deletionTimestamp !== undefined) return notYet('it is being deleted')
  if (generation < context.generation) return notYet('the change is not visible yet')
  const stalled = condition(live, 'Stalled')
  if (stalled?.status === 'True') return failed(said(stalled))
  const observed = statusOf(live).observedGeneration
  if (observed !== undefined && observed < generation) return notYet('its controller has not seen the change yet')
  return RULES[`${groupOf(live)}/${live.kind}`]?.(live, context) ?? READY
}

const deployment = (live: Live): Readiness => {
  const { replicas: wanted = 1, paused } = live.spec as { replicas?: number; paused?: boolean }
  if (paused) return note('the rollout is paused')
  const progressing = condition(live, 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') return failed(said(progressing))
  if (statusOf(live).observedGeneration === undefined) return notYet('its controller has not seen it yet')
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, readyReplicas = 0 } = counts(live)
  const refused = condition(live, 'ReplicaFailure')
  if (updatedReplicas < wanted)
    return notYet(`${updatedReplicas} of ${wanted} pods updated${refused ? `: ${said(refused)}` : ''}`)
  if (replicas > updatedReplicas) return notYet(`${replicas - updatedReplicas} old pods still there`)
  if (readyReplicas < wanted) return notYet(`${readyReplicas} of ${wanted} pods ready`)
  if (availableReplicas < updatedReplicas) return notYet(`${availableReplicas} of ${updatedReplicas} pods available`)
  if (wanted === 0) return note('it has no replicas')
  const available = condition(live, 'Available')
  if (available !== undefined && available.status !== 'True') return notYet(said(available))
  return READY
}

const statefulSet = (live: Live): Readiness => {
  const { replicas: wanted = 1, updateStrategy } = live.spec as {
    replicas?: number
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } }
  }
  const { readyReplicas = 0, updatedReplicas = 0 } = counts(live)
  const { currentRevision, updateRevision, observedGeneration } = statusOf(live)
  if (observedGeneration === undefined) return notYet('its controller has not seen it yet')
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0
  const updated = updateStrategy?.type === 'OnDelete' ? 0 : Math.max(0, wanted - partition)
  if (updatedReplicas < updated) return notYet(`${updatedReplicas} of ${updated} pods updated`)
  if (readyReplicas < wanted) return notYet(`${readyReplicas} of ${wanted} pods ready`)
  if (updated > 0 && partition === 0 && currentRevision !== updateRevision)
    return notYet('the rollout is being completed')
  return READY
}

const daemonSet = (live: Live): Readiness => {
  const { desiredNumberScheduled, currentNumberScheduled, updatedNumberScheduled, numberAvailable, numberReady } =
    counts(live)
  if (statusOf(live).observedGeneration === undefined || desiredNumberScheduled === undefined)
    return notYet('its controller has not seen it yet')
  if (desiredNumberScheduled === 0) return note('no node is meant to run it')
  for (const [what, number = 0] of Object.entries({
    scheduled: currentNumberScheduled,
    updated: updatedNumberScheduled,
    ready: numberReady,
    available: numberAvailable,
  }))
    if (number < desiredNumberScheduled) return notYet(`${number} of ${desiredNumberScheduled} pods ${what}`)
  return READY
}

const replicaSet = (live: Live): Readiness => {
  const { replicas: wanted = 1 } = live.spec as { replicas?: number }
  const { availableReplicas = 0 } = counts(live)
  return availableReplicas < wanted ? notYet(`${availableReplicas} of ${wanted} pods available`) : READY
}

const pod = (live: Live): Readiness => {
  const { phase, reason, message } = statusOf(live) as { phase?: string; reason?: string; message?: string }
  if (phase === 'Succeeded') return READY
  if (phase === 'Failed') return failed(message ?? reason ?? 'the pod failed')
  const ready = condition(live, 'Ready')
  return ready?.status === 'True' ? READY : notYet(ready?.message ?? 'the pod is not ready')
}

const job = (live: Live): Readiness => {
  if (isJobComplete(live)) return READY
  const end = condition(live, 'Failed', 'FailureTarget')
  if (end?.status === 'True') return failed(said(end))
  if ((live.spec as { suspend?: boolean }).suspend) return note('the job is suspended')
  return notYet('the job has not finished')
}

const claimed = (live: Live): Readiness => {
  const { phase } = statusOf(live)
  if (phase === 'Lost') return failed('its volume is lost')
  // Many storage classes bind with the first pod; a pod that waits for its volume says so itself.
  return phase === 'Bound' ? READY : note('the volume is bound with the first pod that uses it')
}

const service = (live: Live): Readiness => {
  const { type, clusterIP } = live.spec as { type?: string; clusterIP?: string }
  if (type === 'ExternalName') return READY
  if (!clusterIP) return notYet('it has no cluster IP')
  return type === 'LoadBalancer' && addressOf(live) === undefined ? notYet('it has no load balancer yet') : READY
}

type Backend = { service?: { name: string } }
type IngressSpec = { defaultBackend?: Backend; rules?: { http?: { paths: { backend: Backend }[] } }[] }

/** Events never gate: they are rate-limited, and every Ingress of a shared load balancer gets those of all the others. */
const ingress = (live: Live, { bindings }: Context): Readiness => {
  if (addressOf(live) === undefined) return notYet('it has no load balancer yet')
  const { defaultBackend, rules = [] } = live.spec as IngressSpec
  const backends = [defaultBackend, ...rules.flatMap(({ http }) => http?.paths.map(({ backend }) => backend) ?? [])]
  const services = new Set(backends.map((backend) => backend?.service?.name))
  const late = bindings.find(
    (binding) =>
      services.has(serviceOf(binding)) && statusOf(binding).observedGeneration !== binding.metadata.generation,
  )
  return late ? notYet(`target group binding ${late.metadata.name} is not reconciled`) : READY
}

const serviceOf = ({ spec }: Live): string | undefined =>
  (spec as { serviceRef?: { name?: string } } | undefined)?.serviceRef?.name

const RULES: Record<string, (live: Live, context: Context) => Readiness> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  '/Pod': pod,
  'batch/Job': job,
  '/PersistentVolumeClaim': claimed,
  '/Service': service,
  'networking.k8s.io/Ingress': ingress,
}

/** Hostname or address of the load balancer. */
export const addressOf = (live: Live): string | undefined => {
  const [first] = statusOf(live).loadBalancer?.ingress ?? []
  return first?.hostname ?? first?.ip
}

export const isJobComplete = (live: Live): boolean =>
  condition(live, 'Complete', 'SuccessCriteriaMet')?.status === 'True'

export const isJobFailed = (live: Live | undefined): boolean =>
  live?.kind === 'Job' && condition(live, 'Failed', 'FailureTarget')?.status === 'True'

const statusOf = (live: Live): Status => (live.status ?? {}) as Status

const counts = (live: Live): Counts => statusOf(live) as Counts

/** The first of these that is true, else the first that is there. */
const condition = (live: Live, ...types: string[]): Condition | undefined => {
  const { conditions = [] } = statusOf(live)
  const found = types.flatMap((wanted) => conditions.filter(({ type }) => type === wanted))
  return found.find(({ status }) => status === 'True') ?? found[0]
}

const said = ({ type, reason, message }: Condition): string => message || reason || type

/** Whether there is anything to wait for. */
export const hasState = (live: Live): boolean =>
  live.status !== undefined || RULES[`${groupOf(live)}/${live.kind}`] !== undefined
