import type { V1Ingress, V1IngressClass } from '@kubernetes/client-node'
import { annotation, keyOf } from './annotations.ts'

const CONTROLLER = 'ingress.k8s.aws/alb'
const EXPLICIT = 'group.ingress.k8s.aws/'
const IMPLICIT = 'ingress.k8s.aws/resources'
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** A group shares one load balancer; an Ingress without group.name is a group of its own, named `namespace/name`. */
export type Group = {
  name: string
  finalizer: string
  /** In the order their rules take. */
  members: V1Ingress[]
  /** Still marked by the group's finalizer, but deleted or gone elsewhere. */
  leavers: V1Ingress[]
  /** Set when a member's group.order is unreadable, which stops the group without an event. */
  blocked?: string
}
export type Grouping = { groups: Group[]; failures: { ingress: V1Ingress; message: string }[] }

type Membership = { kind: 'none' } | { kind: 'member'; group: string } | { kind: 'failure'; message: string }

const GROUP_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

const isOurs = (ingress: V1Ingress, classes: readonly V1IngressClass[]): boolean | { message: string } => {
  // The old annotation wins and needs no IngressClass, so it also bypasses what the class prescribes.
  const annotated = ingress.metadata?.annotations?.[CLASS_ANNOTATION]
  if (annotated !== undefined) return annotated === 'alb'
  const name = ingress.spec?.ingressClassName
  if (!name) return false
  const found = classes.find((candidate) => candidate.metadata?.name === name)
  if (found) return found.spec?.controller === CONTROLLER
  return { message: `invalid ingress class: IngressClass.networking.k8s.io "${name}" not found` }
}

const membershipOf = (ingress: V1Ingress, classes: readonly V1IngressClass[]): Membership => {
  if (ingress.metadata?.deletionTimestamp) return { kind: 'none' }
  const ours = isOurs(ingress, classes)
  if (typeof ours === 'object') return { kind: 'failure', message: ours.message }
  if (!ours) return { kind: 'none' }
  const name = annotation(ingress, 'group.name')
  if (name === undefined) return { kind: 'member', group: keyOf(ingress) }
  if (name.length > 63) {
    return { kind: 'failure', message: 'invalid ingress group: groupName must be no more than 63 characters' }
  }
  if (GROUP_NAME.test(name)) return { kind: 'member', group: name }
  const rule = "lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
  return { kind: 'failure', message: `invalid ingress group: groupName must consist of ${rule}` }
}

const finalizerOf = (group: string): string => (group.includes('/') ? IMPLICIT : EXPLICIT + group)

const markedGroups = (ingress: V1Ingress): string[] =>
  (ingress.metadata?.finalizers ?? []).flatMap((finalizer) => {
    if (finalizer === IMPLICIT) return [keyOf(ingress)]
    return finalizer.startsWith(EXPLICIT) ? [finalizer.slice(EXPLICIT.length)] : []
  })

const MAX_ORDER = 1000

/** NaN where group.order cannot be read. */
const orderOf = (ingress: V1Ingress): number => {
  const text = annotation(ingress, 'group.order') ?? '0'
  const order = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
  return Math.abs(order) <= MAX_ORDER ? order : Number.NaN
}

const inOrder = (one: V1Ingress, other: V1Ingress): number =>
  orderOf(one) - orderOf(other) || (keyOf(one) < keyOf(other) ? -1 : 1)

/** Which Ingress shares which load balancer, and which cannot be told. */
export const groupingOf = (ingresses: readonly V1Ingress[], classes: readonly V1IngressClass[]): Grouping => {
  const sorted = ingresses.map((ingress) => ({ ingress, membership: membershipOf(ingress, classes) }))
  const names = new Set<string>()
  for (const { ingress, membership } of sorted) {
    if (membership.kind === 'member') names.add(membership.group)
    for (const marked of markedGroups(ingress)) names.add(marked)
  }
  const groups = [...names].map((name): Group => {
    const isMember = ({ membership }: (typeof sorted)[number]) =>
      membership.kind === 'member' && membership.group === name
    const members = sorted.filter(isMember).map(({ ingress }) => ingress)
    const leavers = sorted
      .filter((entry) => !isMember(entry) && markedGroups(entry.ingress).includes(name))
      .map(({ ingress }) => ingress)
    const unreadable = members.find((ingress) => Number.isNaN(orderOf(ingress)))
    return {
      name,
      finalizer: finalizerOf(name),
      members: unreadable ? members : members.toSorted(inOrder),
      leavers,
      ...(unreadable && { blocked: `${keyOf(unreadable)}: group.order: ${annotation(unreadable, 'group.order')}` }),
    }
  })
  const failures = sorted.flatMap(({ ingress, membership }) =>
    membership.kind === 'failure' ? [{ ingress, message: membership.message }] : [],
  )
  // Whoever changes groups is taken in by the new one before the old one lets go.
  return { groups: groups.toSorted((one, other) => one.leavers.length - other.leavers.length), failures }
}
