/** In which order kinds are applied and taken away. Pure. */

/** What workloads read when they start, and what an Ingress has to find. */
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

/** What runs code of an app, and so waits for the app's migrations. */
const GATED = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout', 'CronJob', 'Job', 'Pod'])

/** Kubernetes' recommended labels: which app an object is of, and what it is in that app. */
const APP = 'app.kubernetes.io/name'
const COMPONENT = 'app.kubernetes.io/component'

type Labelled = { kind: string; metadata: { labels?: Record<string, string> } }

export const isMigration = ({ kind, metadata }: Labelled): boolean =>
  kind === 'Job' && metadata.labels?.[COMPONENT] === 'migration'

/** `rest` waits until the migrations are complete. */
export type Track<T> = { migrations: T[]; rest: T[] }

/**
 * First the configuration; when all of it was accepted, the tracks side by side. One has no migrations: it takes Ingresses
 * too, because a load balancer takes minutes and needs Services, not ready pods. The others are the workloads of an app
 * (`app.kubernetes.io/name`) that has a Job with `app.kubernetes.io/component: migration`.
 */
export const applyStages = <T>(
  items: readonly T[],
  objectOf: (item: T) => Labelled,
): { configuration: T[]; tracks: Track<T>[] } => {
  const isConfiguration = (item: T) => BEFORE_WORKLOADS.has(objectOf(item).kind)
  const appOf = (item: T) => objectOf(item).metadata.labels?.[APP]
  const isGate = (item: T) => isMigration(objectOf(item)) && appOf(item) !== undefined
  const migrating = new Set(items.filter(isGate).map(appOf))
  const gateOf = (item: T) => (GATED.has(objectOf(item).kind) && migrating.has(appOf(item)) ? appOf(item) : undefined)
  const byGate = Map.groupBy(
    items.filter((item) => !isConfiguration(item)),
    gateOf,
  )
  return {
    configuration: items.filter(isConfiguration),
    tracks: [...byGate.values()].map((track) => ({
      migrations: track.filter(isGate),
      rest: track.filter((item) => !isGate(item)),
    })),
  }
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
