import type { Environment } from '../names.ts'
import type { Change, ChangeSet } from './apply.ts'
import { type Kind, type Live, refOf } from './cluster.ts'
import { eventOf, type KubeEvent } from './events.ts'
import { eventsOf } from './fault.ts'
import { keyOf, kindsOf, selectorOf } from './members.ts'
import { newestPods, newestReplicaSet, WORKLOADS } from './pods.ts'
import { readiness } from './readiness.ts'
import type { Store } from './store.ts'
import type { Readiness } from './verdict.ts'

/** One look at what was applied, and at what explains it only where that is needed. */
export type Observed = {
  change: Change
  object: Live
  state: Readiness
  /** Of a workload that is not ready: the pods of its current template. */
  pods: Live[]
  /** Why its controller may not make pods. */
  refused: string | undefined
  /** Of the whole namespace, once they are needed to explain something. */
  events: readonly KubeEvent[]
}

export type Place = { namespace: string; environment: Environment }

const BINDING = { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding' }
const REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet' }
const POD = { apiVersion: 'v1', kind: 'Pod' }
const EVENT = { apiVersion: 'v1', kind: 'Event' }

/** What is not ready by then may be in trouble that only events tell. */
const QUICK = 5_000

/** `age`: milliseconds since the last of it was applied. */
export const observe = async (
  store: Pick<Store, 'list'>,
  changes: ChangeSet,
  { namespace, environment }: Place,
  age: number,
): Promise<Observed[]> => {
  const labelSelector = selectorOf(environment)
  const hasIngress = changes.some(({ ref }) => ref.kind === 'Ingress')
  const [lists, bindings] = await Promise.all([
    Promise.all(
      kindsOf(changes.map(({ ref }) => ref)).map((kind) => store.list({ ...kind, namespace, labelSelector })),
    ),
    hasIngress ? store.list({ ...BINDING, namespace }) : [],
  ])
  const found = new Map(lists.flat().map((live) => [keyOf(refOf(live)), live]))
  const seen = changes.map((change): Observed => {
    const live = found.get(keyOf(change.ref))
    const context = { generation: change.generation, bindings, age: change.action === 'unchanged' ? Infinity : age }
    const state = live?.metadata.uid === change.uid ? readiness(live, context) : gone(change)
    return { change, object: live ?? (change.live as Live), state, pods: [], refused: undefined, events: [] }
  })
  return seen.every(isReady) ? seen : explained(store, seen, { namespace, labelSelector, age })
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

const explained = async (
  store: Pick<Store, 'list'>,
  seen: readonly Observed[],
  { namespace, labelSelector, age }: { namespace: string; labelSelector: string; age: number },
): Promise<Observed[]> => {
  const isPending = seen.some(isPendingWorkload)
  const listOf = (kind: Kind) => (isPending ? store.list({ ...kind, namespace, labelSelector }) : [])
  const [replicaSets, pods] = await Promise.all([listOf(REPLICA_SET), listOf(POD)])
  const withPods = seen.map((observed) =>
    isPendingWorkload(observed) ? { ...observed, pods: newestPods(observed.object, replicaSets, pods) } : observed,
  )
  const isBarren = withPods.some((observed) => isPendingWorkload(observed) && observed.pods.length === 0)
  if (!isBarren && age < QUICK) return withPods
  const events = (await store.list({ ...EVENT, namespace })).map(eventOf)
  return withPods.map((observed) => ({ ...observed, events, refused: refusalIn(events, observed, replicaSets) }))
}

/** The newest word of its controller about making pods, when that is a refusal. */
const refusalIn = (events: readonly KubeEvent[], observed: Observed, replicaSets: readonly Live[]) => {
  const { object, pods } = observed
  if (!isPendingWorkload(observed) || pods.length > 0) return undefined
  const maker = object.kind === 'Deployment' ? newestReplicaSet(object, replicaSets) : object
  const words = maker === undefined ? [] : eventsOf(events, maker)
  const newest = words.find(({ reason }) => ['FailedCreate', 'SuccessfulCreate'].includes(reason))
  return newest?.reason === 'FailedCreate' ? newest.message : undefined
}
