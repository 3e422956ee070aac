import type { Cluster, Kind, Live } from './cluster.ts'
import { kindsOf, refOfMember, selectorOf } from './members.ts'
import { parallel } from './parallel.ts'
import type { Claim } from './record.ts'
import { isForbidden } from './refusal.ts'

const CONCURRENCY = 8

/** Made by the controllers of what we apply. */
const DERIVED: Record<string, readonly string[]> = {
  Pod: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'],
  PersistentVolumeClaim: ['StatefulSet'],
}

/**
 * Everything that carries the environment's label, of the kinds it ever applied and of `more`. Secrets cannot be listed: those
 * in the record are asked for by name.
 */
export const sweep = async (
  cluster: Cluster,
  { namespace, environment, record }: Claim,
  more: readonly Kind[] = [],
  isKind: (kind: string) => boolean = () => true,
): Promise<Live[]> => {
  const refs = record.members.map(refOfMember).filter(({ kind }) => isKind(kind))
  const kinds = kindsOf([...refs, ...more.filter(({ kind }) => isKind(kind))]).filter(({ kind }) => kind !== 'Secret')
  const secrets = refs.filter(({ kind }) => kind === 'Secret')
  const mayExist = ({ kind }: Kind): boolean =>
    record.members.some(({ k }) => k === kind || DERIVED[kind]?.includes(k) === true)
  const list = async (kind: Kind): Promise<Live[]> => {
    try {
      return await cluster.list(kind, namespace, selectorOf(environment))
    } catch (error) {
      // Who may not list a kind has not applied it: we list before we apply.
      if (isForbidden(error) && !mayExist(kind)) return []
      throw error
    }
  }
  const [lists, named] = await Promise.all([
    parallel(kinds, CONCURRENCY, list),
    parallel(secrets, CONCURRENCY, (ref) => cluster.get(ref)),
  ])
  return [...lists.flat(), ...named.filter((live) => live !== undefined)]
}
