import { isSecretName } from '../../checks/redact.ts'
import type { Cluster, Live } from './cluster.ts'
import type { Collection } from './collection.ts'
import type { ContainerSpec } from './pods.ts'
import { readBy } from './references.ts'

/** Objects that are asked for; a pod that reads more of them is a strange one. */
const MOST = 20

/** What pods know and may print, and nobody else may read: values of their Secrets, and of settings with the name of one. */
export const hiddenValues = async (
  cluster: Cluster,
  collection: Collection,
  pods: readonly Live[],
  missing: string[],
): Promise<string[]> => {
  const namespace = pods[0]?.metadata.namespace
  if (namespace === undefined) return []
  const names = [...new Set(pods.flatMap((pod) => [...readBy(pod)]))].slice(0, MOST)
  const objects = await Promise.all(
    names.map((path) => {
      const [kind = '', name = ''] = path.split('/')
      const ref = { apiVersion: 'v1', kind, namespace, name }
      return collection.read(`what to hide of ${path}`, missing, () => cluster.get(ref))
    }),
  )
  return [...objects.flatMap((object) => (object === undefined ? [] : valuesIn(object))), ...pods.flatMap(literals)]
}

const valuesIn = ({ kind, data = {} }: Live): string[] =>
  Object.entries(data).flatMap(([name, value]) => {
    if (kind === 'Secret') return [value, Buffer.from(value, 'base64').toString()]
    return isSecretName(name) ? [value] : []
  })

const literals = ({ spec }: Live): string[] => {
  const { initContainers = [], containers = [] } = (spec ?? {}) as Record<string, ContainerSpec[] | undefined>
  return [...initContainers, ...containers].flatMap(({ env = [] }) =>
    env.flatMap(({ name, value }) => (value !== undefined && isSecretName(name) ? [value] : [])),
  )
}
