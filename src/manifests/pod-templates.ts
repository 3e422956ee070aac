import { type Fields, isMap, mapOf } from '../admission/fields.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { changedMaps } from './fields.ts'
import type { Labels, Mark } from './label-selector.ts'

/** Pods, and the templates they are made from, wherever they are: in custom resources too. */

const isPodSpec = (value: unknown): value is Fields => isMap(value) && Array.isArray(value.containers)

/** The labels of the pods that the object makes. */
export const podLabelsIn = (object: KubeObject): Labels[] => {
  const found: Labels[] = []
  changedMaps(object, (map) => {
    if (isPodSpec(map.spec)) found.push(mapOf(mapOf(map.metadata).labels))
    return map
  })
  return found
}

export const withPodSpecs = (object: KubeObject, change: (spec: Fields, path: string) => Fields): KubeObject =>
  changedMaps(object, (map, path) => (isPodSpec(map) ? change(map, path) : map)) as KubeObject

/** Kustomize knows the templates of Kubernetes' own kinds only. */
export const withMarkedPods = (object: KubeObject, mark: Mark): KubeObject =>
  changedMaps(object, (map) => {
    if (!isPodSpec(map.spec)) return map
    const metadata = mapOf(map.metadata)
    return { ...map, metadata: { ...metadata, labels: { ...mapOf(metadata.labels), ...mark } } }
  }) as KubeObject
