/** In which order kinds are applied and taken away. Pure. */

/** What workloads read when they start, and what an Ingress has to find. Everything else comes beside the workloads. */
const BEFORE_WORKLOADS = new Set([
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ResourceQuota',
  'LimitRange',
  'NetworkPolicy',
  'ConfigMap',
  'Secret',
  'ExternalSecret',
  'SealedSecret',
  'Certificate',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'Service',
])

/**
 * An Ingress goes beside the workloads: a load balancer takes minutes and needs Services, not ready pods. A stage begins when
 * everything of the one before was accepted; nothing is awaited.
 */
export const applyStages = <T>(items: readonly T[], kindOf: (item: T) => string): T[][] => {
  const first = items.filter((item) => BEFORE_WORKLOADS.has(kindOf(item)))
  const rest = items.filter((item) => !BEFORE_WORKLOADS.has(kindOf(item)))
  return [first, rest].filter((stage) => stage.length > 0)
}

export type RemovalStage = 'creators' | 'traffic' | 'credentials' | 'workloads' | 'rest'

/** Each stage is gone before the next one is touched. */
export const REMOVAL: readonly RemovalStage[] = ['creators', 'traffic', 'credentials', 'workloads', 'rest']

const REMOVED_IN: Record<string, RemovalStage> = {
  // They would make or resize what is being deleted.
  HorizontalPodAutoscaler: 'creators',
  ScaledObject: 'creators',
  CronJob: 'creators',
  // Before the Services they point to: without those their controller cannot let go of its load balancer.
  Ingress: 'traffic',
  Gateway: 'traffic',
  HTTPRoute: 'traffic',
  TargetGroupBinding: 'traffic',
  DNSEndpoint: 'traffic',
  // Before the workloads: what starts from now on cannot reach the database any more.
  Secret: 'credentials',
  Deployment: 'workloads',
  StatefulSet: 'workloads',
  DaemonSet: 'workloads',
  ReplicaSet: 'workloads',
  Rollout: 'workloads',
  Job: 'workloads',
  Pod: 'workloads',
}

export const removalStage = ({ kind, spec }: { kind: string; spec?: unknown }): RemovalStage => {
  const isLoadBalancer = kind === 'Service' && (spec as { type?: string } | undefined)?.type === 'LoadBalancer'
  return isLoadBalancer ? 'traffic' : (REMOVED_IN[kind] ?? 'rest')
}
