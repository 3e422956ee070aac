import { isDeepStrictEqual } from 'node:util'
import { type ChangeSet, memberOfChange } from './apply.ts'
import { type Cluster, type Live, refOf, subject } from './cluster.ts'
import { deleteAll, undeletable } from './deletion.ts'
import { isApplied, isControlled, isOurs, keyOf, memberOf, refOfMember, selectorOf } from './members.ts'
import type { Claim, Run } from './record.ts'
import { type Member, mayBeLate } from './record-state.ts'
import { isReading, readBy } from './references.ts'
import { REMOVAL, removalStage } from './stages.ts'
import { sweep } from './sweep.ts'

/** Data goes with the environment only; the others are never ours to take away because a file is missing from a push. */
const KEPT = new Set([
  'PersistentVolumeClaim',
  'Namespace',
  'CustomResourceDefinition',
  'PersistentVolume',
  'APIService',
  'Node',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
])
/** Set to `disabled` by whoever wants to keep an object until the environment goes. */
const ANNOTATION = 'eks-preview/prune'
const POD = { apiVersion: 'v1', kind: 'Pod' }

/**
 * To be called when everything in `keep` is ready: a Job in it then counts as done for good. Deletes what this environment
 * applied once and does not want any more; returns the subjects. Afterwards the record lists what is wanted, and what could
 * not go yet.
 */
export const prune = async (cluster: Cluster, claim: Claim, keep: ChangeSet, { say }: Run): Promise<string[]> => {
  const isUnwanted = unwantedBeside(claim, keep)
  const unwanted = (await sweep(cluster, claim)).filter(isUnwanted)
  const readers = await readersOf(cluster, claim, unwanted)
  const whyNot = (live: Live): string | undefined => {
    if (KEPT.has(live.kind) || live.metadata.annotations?.[ANNOTATION] === 'disabled')
      return 'it stays until the environment is removed'
    const reader = readers.get(`${live.kind}/${live.metadata.name}`)
    return reader && `${subject(reader)} still reads it: the next push looks again`
  }
  const mayGo = (live: Live): boolean => isUnwanted(live) && whyNot(live) === undefined

  const due = unwanted.filter(mayGo)
  const spared: Live[] = []
  // Traffic before the Services, workloads before what they read.
  for (const stage of REMOVAL) {
    const some = due.filter((live) => removalStage(live) === stage)
    const deletion = await deleteAll(cluster, claim, some, mayGo)
    if (deletion.refusals.length > 0) throw undeletable(deletion.refusals)
    spared.push(...deletion.spared)
  }
  const gone = due.filter((live) => !spared.some((one) => keyOf(refOf(one)) === keyOf(refOf(live))))
  const staying = [...unwanted.filter((live) => !mayGo(live)), ...spared.filter(isUnwanted)]
  for (const live of gone) say.info(`${subject(live)} deleted`)
  for (const live of staying) say.info(`${subject(live)} is not wanted any more; ${whyNot(live)}`)

  const left = [...staying, ...gone.filter(({ metadata }) => metadata.finalizers !== undefined)]
  await remember(claim, keep, left)
  return gone.map(subject)
}

/** What is wanted, and what could not go yet. */
const remember = async (claim: Claim, keep: ChangeSet, left: readonly Live[]): Promise<void> => {
  const known = [...keep.map(memberOfChange), ...left.map((live) => memberOf(refOf(live), { uid: live.metadata.uid }))]
  const members = [...known, ...lateBeside(claim, known)]
  if (!isDeepStrictEqual(members, claim.record.members)) await claim.update({ phase: 'Pruning', members })
}

const unwantedBeside = ({ environment, record }: Claim, keep: ChangeSet) => {
  const keys = new Set(keep.map(({ ref }) => keyOf(ref)))
  // The same object may be served by two API groups.
  const uids = new Set(keep.map(({ uid }) => uid))
  return (live: Live): boolean =>
    !keys.has(keyOf(refOf(live))) &&
    !uids.has(live.metadata.uid) &&
    isOurs(live, environment) &&
    isApplied(live, environment, record.ownNamespace) &&
    !isControlled(live)
}

/** By `Kind/name`, a pod that reads it: a Job's, or one that nothing replaces by itself. */
const readersOf = async (
  cluster: Cluster,
  { namespace, environment }: Claim,
  unwanted: readonly Live[],
): Promise<Map<string, Live>> => {
  if (!unwanted.some(({ kind }) => kind === 'ConfigMap' || kind === 'Secret')) return new Map()
  const pods = await cluster.list(POD, namespace, selectorOf(environment))
  return new Map(pods.filter(isReading).flatMap((pod) => [...readBy(pod)].map((key) => [key, pod] as const)))
}

/**
 * Whoever is late may still create what it wanted, or what we have just deleted. As members without a uid the next run looks
 * for them.
 */
const lateBeside = ({ record }: Claim, known: readonly Member[]): Member[] => {
  if (!mayBeLate(record)) return []
  const keys = new Set(known.map((member) => keyOf(refOfMember(member))))
  return record.members.map(refOfMember).flatMap((ref) => (keys.has(keyOf(ref)) ? [] : memberOf(ref)))
}
