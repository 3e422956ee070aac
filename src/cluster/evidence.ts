import { type Live, subject } from './cluster.ts'
import type { KubeEvent } from './events.ts'
import { lastExit } from './exits.ts'
import { type ContainerStatus, containersOf } from './pods.ts'

/** What shows the state of a failed object, short enough to be read. Pure. */

export type ContainerRow = {
  pod: string
  name: string
  state: 'waiting' | 'running' | 'ended' | 'unknown'
  /** `CrashLoopBackOff`, `OOMKilled`; `not ready` of one that runs. */
  reason: string
  exitCode?: number
  restarts: number
}

const ROWS = 10

/** Those that are not as they should be first. */
export const containerRows = (pods: readonly Live[]): ContainerRow[] =>
  pods
    .flatMap((pod) => containersOf(pod).map((container) => ({ pod: pod.metadata.name, container })))
    .toSorted((a, b) => Number(isFine(a.container)) - Number(isFine(b.container)))
    .slice(0, ROWS)
    .map(({ pod, container }) => rowOf(pod, container))

/** An init container or a sidecar that has done its work is not ready, and nothing is wrong with it. */
const isFine = ({ ready, state }: ContainerStatus): boolean => ready || state?.terminated?.exitCode === 0

const rowOf = (pod: string, container: ContainerStatus): ContainerRow => {
  const { name, state, restartCount: restarts, ready } = container
  const exitCode = lastExit(container)?.exitCode
  return { pod, name, restarts, ...stateOf(state, ready), ...(exitCode === undefined ? {} : { exitCode }) }
}

const stateOf = (
  { waiting, running, terminated }: NonNullable<ContainerStatus['state']> = {},
  ready: boolean,
): Pick<ContainerRow, 'state' | 'reason'> => {
  if (waiting !== undefined) return { state: 'waiting', reason: waiting.reason ?? '' }
  if (terminated !== undefined) return { state: 'ended', reason: terminated.reason ?? '' }
  return running === undefined
    ? { state: 'unknown', reason: '' }
    : { state: 'running', reason: ready ? '' : 'not ready' }
}

/** From the object down to the pod: `Deployment/previews/web`, `ReplicaSet/previews/web-7d9`, `Pod/previews/web-7d9-x2x9q`. */
export const chainOf = (object: Live, pod: Live | undefined): string[] => {
  if (pod === undefined || pod.metadata.uid === object.metadata.uid) return [subject(object)]
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)
  const between =
    owner === undefined || owner.uid === object.metadata.uid
      ? []
      : [subject({ kind: owner.kind, namespace: pod.metadata.namespace ?? '', name: owner.name })]
  return [subject(object), ...between, subject(pod)]
}

/** An object, its pods, and what stands between them. */
export const uidsOf = (object: Live, pods: readonly Live[]): Set<string> =>
  new Set(
    [object, ...pods].flatMap(({ metadata }) => [
      metadata.uid,
      ...(metadata.ownerReferences ?? []).flatMap(({ controller, uid }) => (controller === true ? [uid] : [])),
    ]),
  )

const EVENTS = 10

/** The same said of several pods is said once; what only repeats the state of a container, when nothing else is said. */
export const tellingEvents = (warnings: readonly KubeEvent[], pods: readonly Live[]): KubeEvent[] => {
  const names = pods.flatMap(({ metadata }) => [metadata.name, metadata.uid])
  const plain = ({ message }: KubeEvent) => names.reduce((text, name) => text.replaceAll(name, ''), message)
  const once = warnings.filter((event, i) => warnings.findIndex((other) => plain(other) === plain(event)) === i)
  const telling = once.filter((event) => !isEcho(event))
  return (telling.length > 0 ? telling : once).slice(0, EVENTS)
}

const isEcho = ({ reason, message }: KubeEvent): boolean => reason === 'BackOff' || /^Error: \w+$/.test(message)
