/**
 * Why something does not become ready, in words that need no knowledge of Kubernetes. What stands earlier explains what stands
 * later: that is the order in which several are told.
 */
export const CAUSES = {
  MigrationFailed: 'the migration failed',
  ServiceAccountMissing: 'the service account is missing',
  QuotaExceeded: 'the namespace is full',
  PodSecurity: 'refused by pod security',
  AdmissionDenied: 'refused by an admission policy',
  PodsRefused: 'its pods cannot be made',
  ConfigMissing: 'a Secret or ConfigMap is missing',
  ImageNameInvalid: 'the image name is not valid',
  ImageNotFound: 'image not found',
  ImageDenied: 'no access to the image',
  RegistryUnavailable: 'the image registry does not answer',
  VolumeMissing: 'a volume is missing',
  VolumeUnavailable: 'a volume cannot be mounted',
  Unschedulable: 'no node can take it',
  StartFailed: 'the container cannot be started',
  InitContainerFailed: 'an init container failed',
  OutOfMemory: 'out of memory',
  CrashLoop: 'the app crashes',
  JobFailed: 'the job failed',
  PodFailed: 'the pod failed',
  ProbeFailing: 'the health check fails',
  BlockedByOtherIngress: 'blocked by another Ingress',
  LoadBalancerFull: 'the load balancer is full',
  LoadBalancerRefused: 'the load balancer could not be set up',
  Deleted: 'somebody deleted it',
  ControllerFailed: 'its controller gave up',
  ProgressDeadline: 'no progress within its own deadline',
  NotReadyInTime: 'not ready in time',
} as const

export type Cause = keyof typeof CAUSES

const ORDER = new Map(Object.keys(CAUSES).map((cause, at) => [cause, at]))

/** For `sort`: what explains more comes first. */
export const byCause = (a: { cause: Cause }, b: { cause: Cause }): number =>
  (ORDER.get(a.cause) ?? 0) - (ORDER.get(b.cause) ?? 0)

/** For headings: `Image not found`. */
export const titleOf = (cause: Cause): string => {
  const [first = '', ...rest] = CAUSES[cause]
  return first.toUpperCase() + rest.join('')
}
