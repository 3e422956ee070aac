import { isCode } from '../errors.ts'
import { pace } from '../pace.ts'
import { poll } from '../poll.ts'
import { type Cluster, type Kind, type Live, subject } from './cluster.ts'
import { deleteAll, type Refusal, undeletable } from './deletion.ts'
import { parallel } from './parallel.ts'
import { endsWithOurs } from './pods-left.ts'
import type { Claim, Run } from './record.ts'
import { type RemovalStage, removalStage } from './stages.ts'
import { isOfOtherPart, type Standing, standing, type Whole } from './standing.ts'
import { stuck, whyStuck } from './stuck.ts'
import { sweep } from './sweep.ts'

const LOOK = 300
const CONCURRENCY = 8

/** Looked for even when no record says that they were applied: what `install/` lets the action list and delete. */
const KINDS: readonly Kind[] = [
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  { apiVersion: 'batch/v1', kind: 'CronJob' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
]

export type Step = {
  what: string
  /** Kinds that have to be listed to find what belongs to this step, and whose it is. */
  isKind(kind: string): boolean
  belongs(live: Live): boolean
  /** Also until no pod is left that ours made. */
  pods: boolean
  /** How often in a row nothing must be found. */
  looks: number
}

const step = (stage: RemovalStage, what: string, also?: string): Step => ({
  what,
  isKind: (kind) => removalStage({ kind }) === stage || kind === also,
  belongs: (live) => removalStage(live) === stage,
  pods: stage === 'workloads',
  looks: 1,
})

export const STEPS: Record<RemovalStage, Step> = {
  creators: step('creators', 'what makes and scales others'),
  traffic: step('traffic', 'load balancers and routes', 'Service'),
  credentials: step('credentials', 'Secrets'),
  workloads: step('workloads', 'workloads and their pods'),
  rest: step('rest', 'everything else', 'StatefulSet'),
}

/** Twice: what an older run had sent may still have been on its way during the first. */
export const EVERYTHING: Step = { what: 'anything', isKind: () => true, belongs: () => true, pods: true, looks: 2 }

export type Clearing = {
  cluster: Cluster
  claim: Claim
  run: Run
  /** By the monotonic clock. */
  end: number
  /** Called for whatever is about to go. */
  note(live: Live): void
  /** Called at every look. */
  beat(): Promise<void>
}

/**
 * Deletes what belongs to the step until nothing of it is left; returns what only looks like it. Finalizers are left to those
 * who set them. What may not be deleted does not keep the rest of the step, but ends the removal after it.
 */
export const clear = async (clearing: Clearing, step: Step): Promise<Live[]> => {
  const { cluster, claim, run, end, note, beat } = clearing
  const tell = telling(clearing)
  const refused = new Map<string, Refusal>()
  const refusalOf = ({ metadata }: Live) => refused.get(metadata.uid)
  const ends = endsWithOurs(cluster, (live) => standing(live, wholeOf(claim)) === 'ours')
  let left: Live[] = []
  let refusals: Refusal[] = []
  let empty = 0

  const look = async (): Promise<Live[] | undefined> => {
    const all = await sweep(cluster, claim, KINDS, step.isKind)
    const whole = wholeOf(claim, all)
    const is = (wanted: Standing) => (live: Live) => standing(live, whole) === wanted
    const found = all.filter((live) => step.belongs(live) && is('ours')(live))
    found.forEach(note)
    const open = found.filter((live) => refusalOf(live) === undefined)
    const deletion = await deleteAll(cluster, claim, open, is('ours'))
    for (const refusal of deletion.refusals) refused.set(refusal.live.metadata.uid, refusal)
    refusals = found.flatMap((live) => refusalOf(live) ?? [])
    if (refusals.length > 0 && refusals.length === found.length) throw undeletable(refusals)

    const pods = step.pods ? all.filter(({ kind }) => kind === 'Pod').filter(is('controlled')) : []
    const isLeft = await parallel(pods, CONCURRENCY, ends)
    left = [...found.filter((live) => refusalOf(live) === undefined), ...pods.filter((_, i) => isLeft[i])]
    empty = left.length === 0 ? empty + 1 : 0
    await Promise.all([beat(), tell(left)])
    return empty >= step.looks ? all.filter(is('unproven')) : undefined
  }

  try {
    const timeout = Math.max(0, end - performance.now())
    return await poll({ what: `${step.what} to go`, every: LOOK, timeout, signal: run.signal }, look)
  } catch (cause) {
    if (!isCode(cause, 'TimedOut') || left.length === 0) throw cause
    throw await stuck(cluster, claim.namespace, { left, refusals, cause })
  }
}

const wholeOf = ({ environment, record }: Claim, all: readonly Live[] = []): Whole => ({
  environment,
  members: record.members,
  ownNamespace: record.ownNamespace,
  neighbours: all.filter((live) => live.kind === 'StatefulSet' && isOfOtherPart(live, environment)),
})

/** What is left, whenever that changes; why it is, now and then. */
const telling = ({ cluster, claim, run: { say } }: Clearing) => {
  const isWhyDue = pace(5_000, 30_000)
  let told = ''
  return async (left: readonly Live[]): Promise<void> => {
    const text = left.map(subject).join(', ')
    if (text !== told && text !== '') say.info(`removing ${text}`)
    else if (text !== '' && isWhyDue()) say.info(await whyStuck(cluster, claim.namespace, left))
    told = text
  }
}
