import { PreviewError } from '../errors.ts'
import { LABEL } from '../names.ts'
import { pace } from '../pace.ts'
import { poll } from '../poll.ts'
import type { ReceiptLine } from '../report/report.ts'
import { type Cluster, type Kind, type Live, type Ref, refOf, subject } from './cluster.ts'
import { deleteAll } from './deletion.ts'
import { culpritIn, readEvents, warningsAbout } from './events.ts'
import { isControlled, keyOf, refOfMember, selectorOf } from './members.ts'
import { parallel } from './parallel.ts'
import type { Claim, Run } from './record.ts'
import { REMOVAL, type RemovalStage, removalStage } from './stages.ts'
import { sweep } from './sweep.ts'

const LOOK = 300
const CONCURRENCY = 8
/** A run that waits for this removal takes it over when the record has not changed for a minute. */
const SIGN_OF_LIFE = 15_000

/** Looked for even when no record says that they were applied: what `install/` lets the action list and delete. */
const KINDS: readonly Kind[] = [
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  { apiVersion: 'batch/v1', kind: 'CronJob' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
]
const POD: Kind = { apiVersion: 'v1', kind: 'Pod' }

/**
 * Takes everything of the environment away in a safe order, and looks again that it is gone. Finalizers are left to those
 * who set them. At the time-out it can be carried on by calling it again.
 */
export const remove = async (
  cluster: Cluster,
  claim: Claim,
  run: Run & { timeout: number },
): Promise<ReceiptLine[]> => {
  const seen: Seen = new Map()
  for (const member of claim.record.members) note(seen, refOfMember(member), member.uid)
  const end = performance.now() + run.timeout
  const clearing = { cluster, claim, run, seen, end, isDue: signOfLife() }
  for (const stage of REMOVAL) await clear(clearing, STEPS[stage])
  await clear(clearing, EVERYTHING)
  return parallel([...seen.values()], CONCURRENCY, (one) => receipt(cluster, one))
}

/** What was there, by key. */
type Seen = Map<string, { ref: Ref; uid: string }>

/** A member without a uid was about to be created; if that came to be, a sweep finds it. */
const note = (seen: Seen, ref: Ref, uid: string | undefined): void => {
  if (uid !== undefined) seen.set(keyOf(ref), { ref, uid })
}

const receipt = async (cluster: Cluster, { ref, uid }: { ref: Ref; uid: string }): Promise<ReceiptLine> => {
  const live = await cluster.get(ref)
  const gone = live?.metadata.uid !== uid
  return { subject: subject(ref), gone, ...(gone ? {} : { why: 'it is there, but no longer marked as ours' }) }
}

type Step = {
  what: string
  /** Kinds that have to be listed to find what belongs to this step. */
  isKind(kind: string): boolean
  belongs(live: Live): boolean
  /** Also until no pod is left, whoever made it. */
  pods: boolean
  /** How often in a row nothing must be found. */
  looks: number
}

const step = (stage: RemovalStage, what: string, pods = false): Step => ({
  what,
  isKind: (kind) => removalStage({ kind }) === stage || (stage === 'traffic' && kind === 'Service'),
  belongs: (live) => removalStage(live) === stage,
  pods,
  looks: 1,
})

const STEPS: Record<RemovalStage, Step> = {
  creators: step('creators', 'what makes and scales others'),
  traffic: step('traffic', 'load balancers and routes'),
  credentials: step('credentials', 'Secrets'),
  workloads: step('workloads', 'workloads and their pods', true),
  rest: step('rest', 'everything else'),
}

/** Twice: what an older run had sent may still have been on its way during the first. */
const EVERYTHING: Step = { what: 'anything', isKind: () => true, belongs: () => true, pods: true, looks: 2 }

type Clearing = {
  cluster: Cluster
  claim: Claim
  run: Run
  seen: Seen
  end: number
  isDue: () => boolean
}

const clear = async ({ cluster, claim, run, seen, end, isDue }: Clearing, step: Step): Promise<void> => {
  const isWhyDue = pace(5_000, 30_000)
  let left: Live[] = []
  let empty = 0
  let told = ''
  const look = async (): Promise<true | undefined> => {
    const all = await sweep(cluster, claim, KINDS, step.isKind)
    const found = all.filter((live) => step.belongs(live) && isRemovable(live, claim))
    for (const live of found) note(seen, refOf(live), live.metadata.uid)
    await deleteAll(cluster, claim, found, (live) => isRemovable(live, claim))
    const pods = step.pods && found.length === 0 ? await podsOf(cluster, claim) : []
    left = [...found, ...pods]
    empty = left.length === 0 ? empty + 1 : 0
    if (isDue()) await claim.update({})
    const text = left.map(subject).join(', ')
    if (text !== told && text !== '') run.say.info(`removing ${text}`)
    else if (text !== '' && isWhyDue()) run.say.info(await whyStuck(cluster, claim.namespace, left))
    told = text
    return empty >= step.looks ? true : undefined
  }

  try {
    const timeout = Math.max(0, end - performance.now())
    await poll({ what: `${step.what} to go`, every: LOOK, timeout, signal: run.signal }, look)
  } catch (error) {
    const [first] = left
    if (!(error instanceof PreviewError && error.code === 'TimedOut') || first === undefined) throw error
    throw new PreviewError('TimedOut', await whyStuck(cluster, claim.namespace, left), {
      object: subject(first),
      problems: left.map((live) => ({ message: `${subject(live)} is still there` })),
      hint: 'correct what holds it and run the removal again: it goes on from here. Removing a finalizer by hand leaks what it stands for',
      cause: error,
    })
  }
}

/**
 * A claim made by a StatefulSet carries the label of the environment, but none of a part. What another controller owns goes
 * with its owner.
 */
const isRemovable = (live: Live, { environment }: Claim): boolean => {
  const { [LABEL.environment]: id, [LABEL.part]: part } = live.metadata.labels ?? {}
  const isOurPart = part === undefined || part === String(environment.owner.repositoryId)
  return id === environment.id && isOurPart && !isControlled(live)
}

const podsOf = async (cluster: Cluster, { namespace, environment }: Claim): Promise<Live[]> => {
  const part = String(environment.owner.repositoryId)
  const pods = await cluster.list(POD, namespace, selectorOf(environment))
  return pods.filter(({ metadata }) => (metadata.labels?.[LABEL.part] ?? part) === part)
}

/** The first that is left, what holds it, and who is to blame as far as events tell. */
const whyStuck = async (cluster: Cluster, namespace: string, [first, ...more]: readonly Live[]): Promise<string> => {
  if (first === undefined) return ''
  const { name, uid, finalizers = [] } = first.metadata
  const [warning] = warningsAbout(await readEvents(cluster, namespace), new Set([uid]))
  const culprit = warning && culpritIn(warning.message, namespace, name)
  return [
    `${subject(first)}${more.length > 0 ? ` and ${more.length} more are` : ' is'} still there`,
    ...(finalizers.length > 0 ? [`held by finalizer ${finalizers.join(', ')}`] : []),
    ...(warning ? [`${warning.reason}: ${warning.message}`] : []),
    ...(culprit ? [`blocked by Ingress ${culprit}, which is not of this preview`] : []),
  ].join('; ')
}

const signOfLife = () => {
  let next = performance.now() + SIGN_OF_LIFE
  return (): boolean => {
    if (performance.now() < next) return false
    next = performance.now() + SIGN_OF_LIFE
    return true
  }
}
