import { isDeepStrictEqual } from 'node:util'
import { type ChangeSet, memberOfChange } from './apply.ts'
import { type Cluster, type Live, refOf, subject } from './cluster.ts'
import { deleteAll } from './deletion.ts'
import { isApplied, isControlled, isOurs, keyOf, memberOf } from './members.ts'
import type { Claim, Run } from './record.ts'
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

/**
 * To be called when everything in `keep` is ready: a Job in it then counts as done for good. Deletes what this environment applied once and does not want any more; returns the subjects. Afterwards the record lists
 * what is wanted, and what could not go yet.
 */
export const prune = async (cluster: Cluster, claim: Claim, keep: ChangeSet, { say }: Run): Promise<string[]> => {
  const keys = new Set(keep.map(({ ref }) => keyOf(ref)))
  // The same object may be served by two API groups.
  const uids = new Set(keep.map(({ uid }) => uid))
  const isUnwanted = (live: Live): boolean =>
    !keys.has(keyOf(refOf(live))) &&
    !uids.has(live.metadata.uid) &&
    isOurs(live, claim.environment) &&
    isApplied(live, claim.environment) &&
    !isControlled(live)
  const mayGo = (live: Live): boolean => isUnwanted(live) && !KEPT.has(live.kind)

  const unwanted = (await sweep(cluster, claim)).filter(isUnwanted)
  const going = unwanted.filter(mayGo)
  // Traffic before the Services, workloads before what they read.
  for (const stage of REMOVAL)
    await deleteAll(
      cluster,
      claim,
      going.filter((live) => removalStage(live) === stage),
      mayGo,
    )
  for (const live of going) say.info(`${subject(live)} deleted`)
  for (const live of unwanted.filter((one) => !mayGo(one)))
    say.info(`${subject(live)} is not wanted any more; it stays until the environment is removed`)

  const left = unwanted.filter((live) => !mayGo(live) || live.metadata.finalizers !== undefined)
  const members = [
    ...keep.map(memberOfChange),
    ...left.map((live) => memberOf(refOf(live), { uid: live.metadata.uid })),
  ]
  if (!isDeepStrictEqual(members, claim.record.members)) await claim.update({ phase: 'Pruning', members })
  return going.map(subject)
}
