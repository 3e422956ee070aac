import { isSecretName } from '../../checks/redact.ts'
import type { Cluster, Live } from './cluster.ts'
import type { Collection } from './collection.ts'
import type { ContainerSpec } from './pods.ts'
import { readBy } from './references.ts'

/** Objects that are asked for; a pod that reads more of them is a strange one. */
const MOST = 50

/**
 * What pods know and may print, and nobody else may read: values of their Secrets, and of settings with the name of one.
 * `undefined` when a Secret could not be read: then nothing that they print may be shown.
 */
export const hiddenValues = async (
  cluster: Pick<Cluster, 'get'>,
  collection: Collection,
  pods: readonly Live[],
  missing: string[],
): Promise<string[] | undefined> => {
  const namespace = pods[0]?.metadata.namespace
  if (namespace === undefined) return []
  const names = [...new Set(pods.flatMap((pod) => [...readBy(pod)]))]
  const [secrets = [], settings = []] = [true, false].map((is) => names.filter((name) => isSecret(name) === is))
  const answers = await Promise.all(
    [...secrets, ...settings].slice(0, MOST).map((path) => {
      const [kind = '', name = ''] = path.split('/')
      const ref = { apiVersion: 'v1', kind, namespace, name }
      return collection.read(`what to hide of ${path}`, missing, async () => ({ path, found: await cluster.get(ref) }))
    }),
  )
  const known = answers.filter((answer) => answer !== undefined)
  if (known.filter(({ path }) => isSecret(path)).length < secrets.length) return undefined
  return [...known.flatMap(({ found }) => (found === undefined ? [] : valuesIn(found))), ...pods.flatMap(literals)]
}

const isSecret = (path: string): boolean => path.startsWith('Secret/')

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
