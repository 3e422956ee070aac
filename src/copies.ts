import { referencesOf } from './admission/references.ts'
import type { Cluster, KubeObject } from './cluster/cluster.ts'
import { parallel } from './cluster/parallel.ts'
import type { Claim } from './cluster/record.ts'
import { PreviewError, type Problem } from './errors.ts'
import { labelsOf } from './names.ts'

/** A namespace of an environment's own lacks what the install shares with previews: it gets copies of what it uses. */

const CONCURRENCY = 8
const KINDS = ['Secret', 'ConfigMap', 'ServiceAccount']
/** What makes them what they are; the rest is about where and how they were made. */
const COPIED = ['type', 'data', 'binaryData', 'imagePullSecrets', 'automountServiceAccountToken']
/** IAM roles for service accounts are annotations of theirs. */
const IDENTITY = /^eks\.amazonaws\.com\//

/** `shared`: `Kind/name` of what is beside the record and may be used. */
export const copiesOf = async (
  cluster: Pick<Cluster, 'get'>,
  claim: Pick<Claim, 'ref' | 'namespace' | 'environment'>,
  objects: readonly KubeObject[],
  shared: readonly string[],
): Promise<KubeObject[]> => {
  const problems: Problem[] = []
  const copied = async (uses: readonly Use[]): Promise<KubeObject[]> => {
    const copies = await parallel(uses, CONCURRENCY, async ({ key, optional }) => {
      const [kind = '', name = ''] = key.split('/')
      const { namespace = '' } = claim.ref
      const live = await cluster.get({ apiVersion: 'v1', kind, name, namespace })
      if (live !== undefined) return copyOf(live, claim)
      if (!optional) problems.push({ message: `${key} is shared, but does not exist in namespace ${namespace}` })
      return undefined
    })
    return copies.filter((copy) => copy !== undefined)
  }
  const isShared = ({ key }: Use) => shared.includes(key)
  const copies = await copied(usesIn(objects).filter(isShared))
  // A ServiceAccount names the Secrets that pull its pods' images.
  const more = await copied(usesIn(copies, [...objects, ...copies]).filter(isShared))
  if (problems.length > 0)
    throw new PreviewError('NotFound', 'what the apps use is not there', {
      problems,
      hint: 'the platform team makes it there, or takes it out of shared-objects',
    })
  return [...copies, ...more]
}

/** `key`: `Kind/name`. `optional` when nobody needs it. */
type Use = { key: string; optional: boolean }

/** Not of what is there. What admission lets a build name is what it has to find in its namespace. */
const usesIn = (objects: readonly KubeObject[], there = objects): Use[] => {
  const own = new Set(there.map(({ kind, metadata }) => `${kind}/${metadata.name}`))
  const used = objects.flatMap(referencesOf).filter(({ kind, name }) => KINDS.includes(kind) && name)
  return [...Map.groupBy(used, ({ kind, name }) => `${kind}/${name}`)]
    .map(([key, those]) => ({ key, optional: those.every(({ optional }) => optional === true) }))
    .filter(({ key }) => !own.has(key))
}

const copyOf = (live: KubeObject, { namespace, environment }: Pick<Claim, 'namespace' | 'environment'>): KubeObject => {
  const { apiVersion, kind, metadata } = live
  const identity = Object.entries(metadata.annotations ?? {}).filter(([key]) => IDENTITY.test(key))
  return {
    apiVersion,
    kind,
    metadata: {
      name: metadata.name,
      namespace,
      labels: { ...labelsOf(environment), 'app.kubernetes.io/managed-by': 'eks-preview' },
      ...(identity.length === 0 ? {} : { annotations: Object.fromEntries(identity) }),
    },
    ...Object.fromEntries(COPIED.flatMap((field) => (live[field] === undefined ? [] : [[field, live[field]]]))),
  }
}
