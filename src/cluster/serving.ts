import type { ChangeSet } from './apply.ts'
import type { Cluster, Live, Ref } from './cluster.ts'
import { newestPods, podStatus } from './pods.ts'
import { readiness } from './readiness.ts'

export type Serving = { pods: { name: string; ip: string }[] } | { notYet: string }

type Slice = { endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[] }

/**
 * Whether only pods of what was applied can answer for a Service: the rollouts behind it are complete, no pod of an older
 * template is left, and its ready addresses are exactly the new pods'.
 */
export const serving = async (cluster: Cluster, changes: ChangeSet, service: Ref): Promise<Serving> => {
  const namespace = service.namespace ?? ''
  const live = await cluster.get(service)
  const selector = (live?.spec as { selector?: Record<string, string> } | undefined)?.selector
  if (selector === undefined) return { notYet: `Service ${service.name} selects no pods` }
  const [workloads, replicaSets, pods, slices] = await Promise.all([
    Promise.all(workloadsBehind(changes, selector).map(({ ref }) => cluster.get(ref))),
    cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }, namespace, labels(selector)),
    cluster.list({ apiVersion: 'v1', kind: 'Pod' }, namespace, labels(selector)),
    cluster.list(
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
      namespace,
      `kubernetes.io/service-name=${service.name}`,
    ),
  ])
  const present = workloads.filter((workload) => workload !== undefined)
  const unready = incomplete(changes, present)
  if (unready !== undefined) return { notYet: unready }
  const newest = present.flatMap((workload) => newestPods(workload, replicaSets, pods))
  return judge(service.name, newest, pods, slices)
}

/** Pure: the pods of the current templates, all pods the Service selects, and its endpoint slices. */
export const judge = (
  service: string,
  newest: readonly Live[],
  selected: readonly Live[],
  slices: readonly Live[],
): Serving => {
  const uids = new Set(newest.map(({ metadata }) => metadata.uid))
  const old = selected.filter((pod) => isAlive(pod) && !uids.has(pod.metadata.uid))
  if (old.length > 0) return { notYet: `pod ${old[0]?.metadata.name} of an older version is still there` }
  const alive = newest.filter((pod) => isAlive(pod) && pod.metadata.deletionTimestamp === undefined)
  if (alive.length === 0) return { notYet: `Service ${service} has no pods` }
  const addresses = readyAddresses(slices)
  const pods = alive.map((pod) => ({ name: pod.metadata.name, ip: podStatus(pod).podIP ?? '' }))
  const missing = pods.find(({ ip }) => !addresses.has(ip))
  if (missing) return { notYet: `pod ${missing.name} is no ready endpoint of Service ${service} yet` }
  const ips = new Set(pods.map(({ ip }) => ip))
  const foreign = [...addresses].find((address) => !ips.has(address))
  return foreign === undefined ? { pods } : { notYet: `Service ${service} still sends requests to ${foreign}` }
}

/** Those whose pods carry every label the Service asks for. */
const workloadsBehind = (changes: ChangeSet, selector: Record<string, string>): ChangeSet =>
  changes.filter(({ live }) => {
    const { template } = (live?.spec ?? {}) as { template?: { metadata?: { labels?: Record<string, string> } } }
    const found = template?.metadata?.labels
    return (
      live?.kind !== 'Job' &&
      found !== undefined &&
      Object.entries(selector).every(([key, value]) => found[key] === value)
    )
  })

const incomplete = (changes: ChangeSet, workloads: readonly Live[]): string | undefined => {
  if (workloads.length === 0) return 'nothing that was applied runs behind it'
  for (const live of workloads) {
    const generation = changes.find(({ uid }) => uid === live.metadata.uid)?.generation ?? 0
    const state = readiness(live, { generation, bindings: [], age: Infinity })
    if (!('ready' in state) || !state.ready) return `${live.kind} ${live.metadata.name}: ${state.reason}`
  }
  return undefined
}

const isAlive = (pod: Live): boolean => !['Succeeded', 'Failed'].includes(podStatus(pod).phase ?? '')

const readyAddresses = (slices: readonly Live[]): Set<string> =>
  new Set(
    slices
      .flatMap((slice) => (slice as unknown as Slice).endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses),
  )

const labels = (selector: Record<string, string>): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
