import { ApiError, isStatus, type Kind, subject } from './cluster.ts'

type Resource = { name: string; kind: string; namespaced: boolean }
/** What `/api/v1` and `/apis/<group>/<version>` answer. */
export type ResourceList = { resources: Resource[] }

/** The path of an object, or without `name` of the collection. Without a namespace: of all namespaces. */
export type PathOf = (ref: Kind & { namespace?: string; name?: string }) => Promise<string>

/** `read` gives `undefined` for a group or version that is not served. Paths of unknown kinds throw `ApiError` 404 `NoMatch`. */
export const discovery = (read: (path: string) => Promise<ResourceList | undefined>): PathOf => {
  const known = new Map<string, Promise<ResourceList | undefined>>()

  const fresh = (apiVersion: string): Promise<ResourceList | undefined> => {
    const list = read(groupPath(apiVersion))
    known.set(apiVersion, list)
    list.catch(() => known.delete(apiVersion))
    return list
  }

  const resourceOf = async ({ apiVersion, kind }: Kind): Promise<Resource> => {
    const cached = known.get(apiVersion)
    // A CustomResourceDefinition may have been added since: a kind that is missing is asked for once more.
    const found = (cached && resourceIn(await cached, kind)) ?? resourceIn(await fresh(apiVersion), kind)
    if (found === undefined) throw new ApiError(404, 'NoMatch', `the cluster does not serve ${kind} of ${apiVersion}`)
    return found
  }

  return async (ref) => {
    const { name: plural, namespaced } = await resourceOf(ref)
    if (namespaced && !ref.namespace && ref.name !== undefined)
      throw new ApiError(400, 'BadRequest', `${subject(ref)} needs a namespace`)
    const scope = namespaced && ref.namespace ? ['namespaces', ref.namespace] : []
    const parts = [...scope, plural, ...(ref.name === undefined ? [] : [ref.name])]
    return [groupPath(ref.apiVersion), ...parts.map(encodeURIComponent)].join('/')
  }
}

const groupPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`

/** Subresources (`deployments/scale`) are listed under the kind of their body. */
const resourceIn = (list: ResourceList | undefined, kind: string): Resource | undefined =>
  list?.resources.find((resource) => resource.kind === kind && !resource.name.includes('/'))

/** For verbs to which an unknown kind is an absent object. */
export const unserved = (error: unknown): undefined => {
  if (isStatus(error, 404)) return undefined
  throw error
}
