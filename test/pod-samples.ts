import type { Live, Metadata } from '../src/cluster/cluster.ts'
import type { KubeEvent } from '../src/cluster/events.ts'
import type { Seen } from '../src/cluster/fault.ts'
import type { ContainerSpec, ContainerStatus } from '../src/cluster/pods.ts'

/** Workloads and pods as a cluster shows them, for tests of what is made of them. */

export const live = (
  kind: string,
  name: string,
  rest: { apiVersion?: string; spec?: object; status?: object; metadata?: Partial<Metadata> } = {},
): Live => ({
  apiVersion: 'v1',
  kind,
  ...rest,
  metadata: { name, namespace: 'previews', uid: `uid-${name}`, resourceVersion: '1', ...rest.metadata },
})

/** One container, `web`, unless there are others. */
export const pod = (
  status: object,
  { name = 'web-1', containers = [{ name: 'web', image: 'acme/web:abc' }], metadata = {}, ...spec }: PodOptions = {},
): Live => live('Pod', name, { spec: { containers, ...spec }, status, metadata })

type PodOptions = {
  name?: string
  containers?: ContainerSpec[]
  initContainers?: ContainerSpec[]
  volumes?: object[]
  nodeName?: string
  metadata?: Partial<Metadata>
}

export const status = (state: ContainerStatus['state'], rest: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: 'web',
  restartCount: 0,
  ready: false,
  ...(state === undefined ? {} : { state }),
  ...rest,
})

/** Of one container that waits. */
export const waiting = (reason: string, message = '', rest: Partial<ContainerStatus> = {}) => ({
  phase: 'Pending',
  containerStatuses: [status({ waiting: { reason, message } }, rest)],
})

export const ended = (exitCode: number, reason = 'Error') => ({ terminated: { exitCode, reason } })

/** In the back-off after so many restarts. */
export const crashed = (restartCount: number, lastState: ContainerStatus['lastState'] = ended(1), name = 'web') =>
  waiting('CrashLoopBackOff', 'back-off 10s restarting failed container', { name, restartCount, lastState })

export const event = (about: Live, reason: string, message: string, rest: Partial<KubeEvent> = {}): KubeEvent => ({
  uid: about.metadata.uid,
  about: `${about.kind}/${about.metadata.name}`,
  type: 'Warning',
  reason,
  message,
  count: 1,
  at: '2026-01-01T00:00:00Z',
  ...rest,
})

export const deployment = live('Deployment', 'web')

export const seen = (pods: Live[], rest: Partial<Seen> = {}): Seen => ({ object: deployment, pods, ...rest })
