import { PreviewError } from '../errors.ts'
import type { Cluster, Denial, Kind, KubeObject } from './cluster.ts'
import { groupOf } from './members.ts'
import { parallel } from './parallel.ts'
import { WORKLOADS } from './pods.ts'
import type { Claim } from './record.ts'
import type { Member } from './record-state.ts'
import { lackOf } from './refusal.ts'

const CONCURRENCY = 8

const POD: Kind = { apiVersion: 'v1', kind: 'Pod' }
const EVENT: Kind = { apiVersion: 'v1', kind: 'Event' }
const REPLICA_SET: Kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet' }
const CLAIM: Kind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }
const BINDING: Kind = { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding' }

type Right = { verb: string; kind: Kind & { namespace?: string } }

/**
 * To be called before anything is written: a role that may deploy but not delete would leave what nobody takes away. Asks
 * only about kinds that the environment gets for the first time, and names everything that is missing at once.
 */
export const checkRights = async (cluster: Cluster, claim: Claim, objects: readonly KubeObject[]): Promise<void> => {
  const answers = await parallel(rightsFor(objects, claim.record.members), CONCURRENCY, ({ verb, kind }) =>
    cluster.denied(verb, kind),
  )
  const denials = answers.filter((answer) => answer !== undefined)
  if (denials.length > 0) throw lacking(denials)
}

/** What applying, waiting, pruning and removing will ask for. */
export const rightsFor = (objects: readonly KubeObject[], members: readonly Member[]): Right[] => {
  const isKnown = (kind: Kind) =>
    members.some(({ g, k, uid }) => uid !== undefined && k === kind.kind && g === groupOf(kind))
  const fresh = objects.filter((object) => !isKnown(object))
  const rights = fresh.flatMap((object) => {
    const { namespace } = object.metadata
    const to = (verbs: readonly string[], kinds: readonly Kind[]): Right[] =>
      verbs.flatMap((verb) =>
        kinds.map(({ apiVersion, kind }) => ({
          verb,
          kind: { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) },
        })),
      )
    return [
      ...to(['get', ...(object.kind === 'Secret' ? [] : ['list']), 'create', 'patch', 'delete'], [object]),
      ...(WORKLOADS.has(object.kind) ? to(['list'], [POD, REPLICA_SET, EVENT]) : []),
      ...(object.kind === 'StatefulSet' ? to(['list', 'delete'], [CLAIM]) : []),
      ...(object.kind === 'Ingress' ? to(['list'], [BINDING]) : []),
    ]
  })
  return [...new Map(rights.map((right) => [keyOf(right), right])).values()]
}

/** A resource is the same in all versions of its API. */
const keyOf = ({ verb, kind }: Right): string => [verb, groupOf(kind), kind.kind, kind.namespace].join('/')

/** One problem a resource, with all verbs that are missing. */
const lacking = (denials: readonly Denial[]): PreviewError => {
  const resources = Map.groupBy(denials, ({ group, resource, namespace }) => [group, resource, namespace].join('/'))
  const problems = [...resources.values()].map((some) => {
    const [first] = some as [Denial]
    const { message, hint } = lackOf({ ...first, verbs: some.map(({ verb }) => verb) })
    return { message: first.why === undefined ? message : `${message} (${first.why})`, hint }
  })
  const [first] = problems
  const one = problems.length === 1
  return new PreviewError(
    'AccessDenied',
    `nothing was applied: ${one ? first?.message : `${denials[0]?.user} lacks rights to ${problems.length} resources`}`,
    {
      problems,
      hint: (one ? first?.hint : undefined) ?? 'apply install/ of this version, or add the rules that are listed',
    },
  )
}
