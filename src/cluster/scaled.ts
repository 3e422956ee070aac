import type { KubeObject } from './cluster.ts'
import { keyOf } from './members.ts'

/** Who sets the number of replicas. Pure. */

type Target = { apiVersion?: string; kind?: string; name?: string }

/**
 * What an autoscaler among these objects scales is sent without `spec.replicas`: each push would undo what it decided. One
 * that is named for the first time then begins with one replica, until its autoscaler has looked.
 */
export const withoutScaledReplicas = (objects: readonly KubeObject[]): KubeObject[] => {
  const scaled = new Set(objects.flatMap(targetOf))
  return objects.map((object) => {
    const { apiVersion, kind, metadata, spec } = object
    const { namespace = '', name } = metadata
    if (!scaled.has(keyOf({ apiVersion, kind, namespace, name })) || spec === undefined) return object
    const { replicas: _, ...rest } = spec as Record<string, unknown>
    return { ...object, spec: rest }
  })
}

const targetOf = ({ kind, metadata, spec }: KubeObject): string[] => {
  if (kind !== 'HorizontalPodAutoscaler' && kind !== 'ScaledObject') return []
  const { scaleTargetRef } = (spec ?? {}) as { scaleTargetRef?: Target }
  // A ScaledObject need only name its Deployment.
  const { apiVersion = 'apps/v1', kind: target = 'Deployment', name = '' } = scaleTargetRef ?? {}
  return [keyOf({ apiVersion, kind: target, namespace: metadata.namespace ?? '', name })]
}
