import type { Cluster, Kind, Live } from './cluster.ts'
import { kindsOf, refOfMember, selectorOf } from './members.ts'
import { parallel } from './parallel.ts'
import type { Claim } from './record.ts'

const CONCURRENCY = 8

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
  const [lists, named] = await Promise.all([
    parallel(kinds, CONCURRENCY, (kind) => cluster.list(kind, namespace, selectorOf(environment))),
    parallel(secrets, CONCURRENCY, (ref) => cluster.get(ref)),
  ])
  return [...lists.flat(), ...named.filter((live) => live !== undefined)]
}
