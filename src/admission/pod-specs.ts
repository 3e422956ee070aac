import type { KubeObject } from '../cluster/cluster.ts'
import { entriesOf, type Fields, mapsIn } from './fields.ts'

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const

export type PodSpec = {
  path: string
  fields: Fields
  /** Of all three lists. */
  containers: { path: string; fields: Fields }[]
}

/** Wherever one may be: in a template of whatever kind. */
export const podSpecsIn = (object: KubeObject): PodSpec[] =>
  mapsIn(object)
    .filter(({ fields }) => LISTS.some((list) => Array.isArray(fields[list])))
    .map(({ path, fields }) => ({
      path,
      fields,
      containers: LISTS.flatMap((list) => entriesOf(fields[list], `${path}.${list}`)),
    }))
