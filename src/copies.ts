import { referencesOf } from './admission/references.ts'
import type { Cluster, KubeObject, Ref } from './cluster/cluster.ts'
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
  cluster: Cluster,
  claim: Claim,
  objects: readonly KubeObject[],
  shared: readonly string[],
): Promise<KubeObject[]> => {
  const refs = usedBy(objects)
    .filter((key) => shared.includes(key))
    .map((key): Ref => {
      const [kind = '', name = ''] = key.split('/')
      return { apiVersion: 'v1', kind, name, ...(claim.ref.namespace ? { namespace: claim.ref.namespace } : {}) }
    })
  const problems: Problem[] = []
  const copies = await parallel(refs, CONCURRENCY, async (ref) => {
    const live = await cluster.get(ref)
    if (live !== undefined) return copyOf(live, claim)
    problems.push({ message: `${ref.kind}/${ref.name} is shared, but does not exist in namespace ${ref.namespace}` })
    return undefined
  })
  if (problems.length > 0)
    throw new PreviewError('NotFound', 'what the apps use is not there', {
      problems,
      hint: 'the platform team makes it there, or takes it out of shared-objects',
    })
  return copies.filter((copy) => copy !== undefined)
}

/** As `Kind/name`; not what the build brings itself. What admission lets a build name is what it has to find there. */
const usedBy = (objects: readonly KubeObject[]): string[] => {
  const own = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`))
  const used = objects.flatMap(referencesOf).filter(({ kind, name }) => KINDS.includes(kind) && name)
  return [...new Set(used.map(({ kind, name }) => `${kind}/${name}`))].filter((key) => !own.has(key))
}

const copyOf = (live: KubeObject, { namespace, environment }: Claim): KubeObject => {
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
