import type { Kind, Live } from './cluster.ts'
import { groupOf } from './members.ts'
import {
  autoscaler,
  customResource,
  customResourceDefinition,
  disruptionBudget,
  namespace,
  volumeClaim,
} from './readiness-others.ts'
import { gateway, ingress, route, service, targetGroupBinding } from './readiness-traffic.ts'
import { cronJob, daemonSet, deployment, job, pod, replicaSet, statefulSet } from './readiness-workloads.ts'
import { byRule, READY_ANNOTATION } from './ready-rule.ts'
import {
  type Context,
  condition,
  failed,
  isOfNow,
  notYet,
  OUTDATED,
  READY,
  type Readiness,
  type Rule,
  said,
  statusOf,
} from './verdict.ts'

/** When an object is as it was asked to be. Pure: one look at one object. */

export const RULES: Readonly<Record<string, Rule>> = {
  '/Namespace': namespace,
  '/PersistentVolumeClaim': volumeClaim,
  '/Pod': pod,
  '/Service': service,
  'apiextensions.k8s.io/CustomResourceDefinition': customResourceDefinition,
  'apps/DaemonSet': daemonSet,
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'batch/CronJob': cronJob,
  'batch/Job': job,
  'elbv2.k8s.aws/TargetGroupBinding': targetGroupBinding,
  'gateway.networking.k8s.io/Gateway': gateway,
  'gateway.networking.k8s.io/HTTPRoute': route,
  'networking.k8s.io/Ingress': ingress,
  'policy/PodDisruptionBudget': disruptionBudget,
}

/** The API server's own groups; those of others may end with `.k8s.io`, too. */
const BUILT_IN = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
])

export const readiness = (live: Live, context: Context): Readiness => {
  const { generation = 0, deletionTimestamp } = live.metadata
  if (deletionTimestamp !== undefined) return notYet('it is being deleted')
  if (generation < context.generation) return notYet('the change is not visible yet')
  const rule = ruleOf(live)
  if (rule === autoscaler) return rule(live, context) // never waited for
  const { observedGeneration } = statusOf(live)
  if (observedGeneration !== undefined && observedGeneration < generation) return OUTDATED
  const [stalled, reconciling] = ['Stalled', 'Reconciling'].map((type) => condition(live, type))
  if (stalled?.status === 'True' && isOfNow(stalled, generation)) return failed(said(stalled))
  if (reconciling?.status === 'True') return notYet(said(reconciling))
  return byRule(live) ?? rule?.(live, context) ?? READY
}

/** Whether there is anything to wait for. */
export const hasState = (live: Live): boolean =>
  live.status !== undefined || ruleOf(live) !== undefined || live.metadata.annotations?.[READY_ANNOTATION] !== undefined

/** Whether what it stands for is some controller's affair that we do not know. */
export const isCustom = (kind: Kind): boolean => !BUILT_IN.has(groupOf(kind))

const ruleOf = (live: Live): Rule | undefined =>
  RULES[`${groupOf(live)}/${live.kind}`] ?? (isCustom(live) ? customResource : undefined)
