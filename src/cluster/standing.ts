import { type Environment, LABEL } from '../names.ts'
import type { Live } from './cluster.ts'
import { isApplied, isControlled } from './members.ts'
import type { Member } from './record-state.ts'

/** What the marks on an object prove when its environment is to be removed. Pure. */
export type Standing =
  /** We applied it, or a StatefulSet of ours had it made. */
  | 'ours'
  /** It goes with its controller, whoever that is. */
  | 'controlled'
  /** Of another environment, or of another part of this one. */
  | 'elsewhere'
  /** It carries our labels, as anybody's copy may; nothing shows that we made it. */
  | 'unproven'

export type Whole = {
  environment: Environment
  members: readonly Member[]
  /** The StatefulSets of other parts. Their claims may carry no mark but the environment's. */
  neighbours: readonly Live[]
  /** A namespace that is the environment's own: everything in it goes with it. */
  ownNamespace: string | undefined
}

export const standing = (live: Live, whole: Whole): Standing => {
  const { environment } = whole
  const isHere = live.metadata.labels?.[LABEL.environment] === environment.id
  if (!isHere || isOfOtherPart(live, environment)) return 'elsewhere'
  if (isControlled(live)) return 'controlled'
  const isMember = whole.members.some(({ uid }) => uid === live.metadata.uid)
  const isProven = isMember || isApplied(live, environment, whole.ownNamespace) || isClaimOfOurSet(live, whole)
  return isProven ? 'ours' : 'unproven'
}

export const isOfOtherPart = ({ metadata }: Live, { owner }: Environment): boolean => {
  const part = metadata.labels?.[LABEL.part]
  return part !== undefined && part !== String(owner.repositoryId)
}

/**
 * A StatefulSet gives its claims the labels of its selector, no owner, and a name that ends in its own and a number. They
 * outlive it; but the name of a set ends in the environment's suffix.
 */
const isClaimOfOurSet = ({ kind, metadata }: Live, { environment, members, neighbours }: Whole): boolean => {
  const stem = /^(.+)-\d+$/.exec(metadata.name)?.[1]
  if (kind !== 'PersistentVolumeClaim' || metadata.ownerReferences !== undefined || stem === undefined) return false
  const isOf = (name: string): boolean => stem.endsWith(`-${name}`)
  if (neighbours.some((set) => isOf(set.metadata.name))) return false
  return isOf(environment.short) || members.some(({ k, n }) => k === 'StatefulSet' && isOf(n))
}
