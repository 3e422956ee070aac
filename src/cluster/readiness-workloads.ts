import type { Live } from './cluster.ts'
import { containersOf } from './pods.ts'
import { condition, countsOf, failed, note, notYet, READY, type Rule, said, statusOf, UNSEEN } from './verdict.ts'

/** What runs pods. */

const UNDER_WAY = notYet('the rollout is being completed')
const NO_REPLICAS = note('it has no replicas')

type Scaled = { replicas?: number }

export const deployment: Rule = (live) => {
  const { replicas: wanted = 1, paused } = live.spec as Scaled & { paused?: boolean }
  if (paused) return note('the rollout is paused')
  const progressing = condition(live, 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') return failed(said(progressing))
  if (statusOf(live).observedGeneration === undefined) return UNSEEN
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, readyReplicas = 0 } = countsOf(live)
  if (updatedReplicas < wanted) return notYet(`${updatedReplicas} of ${wanted} pods updated${refusal(live)}`)
  if (replicas > updatedReplicas) return notYet(`${replicas - updatedReplicas} old pods still there`)
  if (replicas > wanted) return notYet(`${replicas} pods instead of ${wanted}`)
  if (readyReplicas < wanted) return notYet(`${readyReplicas} of ${wanted} pods ready`)
  if (availableReplicas < updatedReplicas) return notYet(`${availableReplicas} of ${updatedReplicas} pods available`)
  if (wanted === 0) return NO_REPLICAS
  const available = condition(live, 'Available')
  if (available !== undefined && available.status !== 'True') return notYet(said(available))
  // Absent without a progress deadline.
  return progressing === undefined || progressing.reason === 'NewReplicaSetAvailable' ? READY : UNDER_WAY
}

type Sequential = Scaled & { updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } } }

export const statefulSet: Rule = (live) => {
  const { replicas: wanted = 1, updateStrategy } = live.spec as Sequential
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0 } = countsOf(live)
  const { currentRevision, updateRevision, observedGeneration } = statusOf(live)
  if (observedGeneration === undefined) return UNSEEN
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0
  const updated = updateStrategy?.type === 'OnDelete' ? 0 : Math.max(0, wanted - partition)
  if (updatedReplicas < updated) return notYet(`${updatedReplicas} of ${updated} pods updated`)
  if (readyReplicas < wanted) return notYet(`${readyReplicas} of ${wanted} pods ready`)
  if (replicas > wanted) return notYet(`${replicas} pods instead of ${wanted}`)
  if (wanted === 0) return NO_REPLICAS
  return updated > 0 && partition === 0 && currentRevision !== updateRevision ? UNDER_WAY : READY
}

export const daemonSet: Rule = (live) => {
  const { updateStrategy } = live.spec as Sequential
  const { desiredNumberScheduled: wanted, ...counts } = countsOf(live)
  if (statusOf(live).observedGeneration === undefined || wanted === undefined) return UNSEEN
  if (wanted === 0) return note('no node is meant to run it')
  const { currentNumberScheduled, updatedNumberScheduled, numberReady, numberAvailable } = counts
  for (const [what, number = 0] of Object.entries({
    scheduled: currentNumberScheduled,
    // The rest is updated when somebody deletes it.
    ...(updateStrategy?.type === 'OnDelete' ? {} : { updated: updatedNumberScheduled }),
    ready: numberReady,
    available: numberAvailable,
  }))
    if (number < wanted) return notYet(`${number} of ${wanted} pods ${what}`)
  return READY
}

export const replicaSet: Rule = (live) => {
  const { replicas: wanted = 1 } = live.spec as Scaled
  const { replicas = 0, availableReplicas = 0 } = countsOf(live)
  if (statusOf(live).observedGeneration === undefined) return UNSEEN
  if (availableReplicas < wanted) return notYet(`${availableReplicas} of ${wanted} pods available${refusal(live)}`)
  if (replicas > wanted) return notYet(`${replicas} pods instead of ${wanted}`)
  return wanted === 0 ? NO_REPLICAS : READY
}

const refusal = (live: Live): string => {
  const refused = condition(live, 'ReplicaFailure')
  return refused?.status === 'True' ? `: ${said(refused)}` : ''
}

export const pod: Rule = (live) => {
  const { phase, reason, message } = statusOf(live) as { phase?: string; reason?: string; message?: string }
  if (phase === 'Succeeded') return READY
  if (phase === 'Failed') return failed(message ?? reason ?? endOf(live) ?? 'the pod failed')
  const ready = condition(live, 'Ready')
  if (ready?.status === 'True') return READY
  return notYet(ready?.message ?? condition(live, 'PodScheduled')?.message ?? 'the pod is not ready')
}

const endOf = (live: Live): string | undefined => {
  const ended = containersOf(live).find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0)
  return ended && `container ${ended.name} ended with exit code ${ended.state?.terminated?.exitCode}`
}

export const job: Rule = (live) => {
  if (isJobComplete(live)) return READY
  const end = condition(live, 'Failed', 'FailureTarget')
  if (end?.status === 'True') return failed(said(end))
  if ((live.spec as { suspend?: boolean }).suspend) return note('the job is suspended')
  return notYet('the job has not finished')
}

export const isJobComplete = (live: Live): boolean =>
  condition(live, 'Complete', 'SuccessCriteriaMet')?.status === 'True'

export const isJobFailed = (live: Live | undefined): boolean =>
  live?.kind === 'Job' && condition(live, 'Failed', 'FailureTarget')?.status === 'True'

export const cronJob: Rule = (live) =>
  (live.spec as { suspend?: boolean }).suspend ? note('the cron job is suspended') : READY
