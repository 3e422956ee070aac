import type { Environment } from '../names.ts'
import type { Change, ChangeSet } from './apply.ts'
import { type Cluster, type Live, refOf } from './cluster.ts'
import { type KubeEvent, readEvents } from './events.ts'
import { keyOf, kindsOf, selectorOf } from './members.ts'
import { newestPods, newestReplicaSet, WORKLOADS } from './pods.ts'
import { type Readiness, readiness } from './readiness.ts'

/** One look at what was applied. Lists, one a kind; a watch would give the same. */
export type Observed = {
  change: Change
  object: Live
  state: Readiness
  /** Of a workload that is not ready: the pods of its current template. */
  pods: Live[]
  /** Why its controller may not make pods. */
  refused: string | undefined
}

export type Place = { namespace: string; environment: Environment }

const BINDING = { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding' }
const REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet' }
const POD = { apiVersion: 'v1', kind: 'Pod' }

export const observe = async (cluster: Cluster, changes: ChangeSet, place: Place): Promise<Observed[]> => {
  const { namespace, environment } = place
  const hasIngress = changes.some(({ ref }) => ref.kind === 'Ingress')
  const [lists, bindings] = await Promise.all([
    Promise.all(
      kindsOf(changes.map(({ ref }) => ref)).map((kind) => cluster.list(kind, namespace, selectorOf(environment))),
    ),
    hasIngress ? cluster.list(BINDING, namespace) : [],
  ])
  const found = new Map(lists.flat().map((live) => [keyOf(refOf(live)), live]))
  const seen = changes.map((change): Observed => {
    const live = found.get(keyOf(change.ref))
    const state =
      live?.metadata.uid === change.uid ? readiness(live, { generation: change.generation, bindings }) : gone(change)
    return { change, object: live ?? (change.live as Live), state, pods: [], refused: undefined }
  })
  return seen.some(isPendingWorkload) ? withPods(cluster, seen, place) : seen
}

export const isReady = ({ state }: Observed): boolean => 'ready' in state && state.ready

const isPendingWorkload = (observed: Observed): boolean => !isReady(observed) && WORKLOADS.has(observed.object.kind)

const gone = ({ ref }: Change): Readiness => ({
  failed: true,
  reason:
    ref.kind === 'Job'
      ? 'it is gone before its end was seen: give it a ttlSecondsAfterFinished of 60 or more'
      : 'somebody deleted or replaced it',
})

const withPods = async (cluster: Cluster, seen: readonly Observed[], { namespace, environment }: Place) => {
  const [replicaSets, pods] = await Promise.all([
    cluster.list(REPLICA_SET, namespace, selectorOf(environment)),
    cluster.list(POD, namespace, selectorOf(environment)),
  ])
  const pending = seen.map((observed) =>
    isPendingWorkload(observed) ? { ...observed, pods: newestPods(observed.object, replicaSets, pods) } : observed,
  )
  const barren = pending.some((observed) => isPendingWorkload(observed) && observed.pods.length === 0)
  const events = barren ? await readEvents(cluster, namespace) : []
  return pending.map((observed) => ({ ...observed, refused: refusalIn(events, observed, replicaSets) }))
}

/** The newest word of its controller about making pods, when that is a refusal. */
const refusalIn = (events: readonly KubeEvent[], { object, pods }: Observed, replicaSets: readonly Live[]) => {
  if (pods.length > 0) return undefined
  const maker = object.kind === 'Deployment' ? newestReplicaSet(object, replicaSets) : object
  const newest = events.find(
    ({ uid, reason }) => uid === maker?.metadata.uid && ['FailedCreate', 'SuccessfulCreate'].includes(reason),
  )
  return newest?.reason === 'FailedCreate' ? newest.message : undefined
}
