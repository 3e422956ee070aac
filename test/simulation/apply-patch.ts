import type { KubeObject, Live, Metadata, OwnerReference } from '../../src/cluster/cluster.ts'

/** What server-side apply makes of an object, for the one manager that applies. Lists other than owners are atomic. */

type Tree = { [key: string]: Tree }
type Fields = Record<string, unknown>

/** The live object with everything of the body, and without what an earlier body had and this one has not. */
export const applied = (live: Live | undefined, body: KubeObject): KubeObject => {
  const wanted = keyed(withoutIdentity(body))
  const merged = merge(live && keyed(live), wanted, ownedOf(live)) as KubeObject
  const managedFields = [{ manager: MANAGER, operation: 'Apply', fieldsV1: treeOf(wanted) }]
  return { ...merged, metadata: { ...unkeyed(merged).metadata, ...{ managedFields } } }
}

const MANAGER = 'eks-preview'

const ownedOf = (live: Live | undefined): Tree => {
  const { managedFields = [] } = (live?.metadata ?? {}) as { managedFields?: { fieldsV1: Tree }[] }
  return managedFields[0]?.fieldsV1 ?? {}
}

const withoutIdentity = (body: KubeObject): KubeObject => {
  const { uid: _, resourceVersion: __, ...metadata } = body.metadata
  return { ...body, metadata }
}

/** Owners are one list element each, by uid. */
const keyed = (object: KubeObject): KubeObject => {
  const { ownerReferences, ...metadata } = object.metadata
  if (ownerReferences === undefined) return object
  const owners = Object.fromEntries(ownerReferences.map((owner) => [owner.uid, owner]))
  return { ...object, metadata: { ...metadata, owners } as Metadata }
}

const unkeyed = ({ metadata }: KubeObject): { metadata: Metadata } => {
  const { owners, ...rest } = metadata as Metadata & { owners?: Record<string, OwnerReference> }
  return { metadata: owners === undefined ? rest : { ...rest, ownerReferences: Object.values(owners) } }
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const treeOf = (value: unknown): Tree =>
  isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, treeOf(inner)])) : {}

const merge = (live: unknown, wanted: unknown, owned: Tree): unknown => {
  if (!isMap(wanted)) return wanted
  const left = isMap(live) ? (without(live, droppedFrom(owned, wanted)) ?? {}) : {}
  const entries = Object.entries(wanted).map(([key, inner]) => [key, merge(left[key], inner, owned[key] ?? {})])
  return { ...left, ...Object.fromEntries(entries) }
}

const droppedFrom = (owned: Tree, wanted: Fields): Tree =>
  Object.fromEntries(Object.entries(owned).filter(([key]) => !(key in wanted)))

/** A map of which nothing is left goes too. */
const without = (live: Fields, dropped: Tree): Fields | undefined => {
  const left = Object.entries(live).flatMap(([key, inner]) => {
    const tree = dropped[key]
    if (tree === undefined) return [[key, inner] as const]
    const rest = isMap(inner) && Object.keys(tree).length > 0 ? without(inner, tree) : undefined
    return rest === undefined ? [] : [[key, rest] as const]
  })
  return left.length === 0 ? undefined : Object.fromEntries(left)
}
