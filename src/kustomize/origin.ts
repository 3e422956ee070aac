import path from 'node:path'
import { parse } from 'yaml'
import { mapOf, textOf } from '../admission/fields.ts'
import type { KubeObject } from '../cluster/cluster.ts'

/** Put on every object by `buildMetadata: [originAnnotations]`. */
const ORIGIN = 'config.kubernetes.io/origin'

/**
 * The file that an object is from (for a generated one, the kustomization that asks for it), relative to `root`. Kustomize
 * gives it relative to the `folder` that was built.
 */
export const originOf = ({ metadata }: KubeObject, folder: string, root: string): string | undefined => {
  const { path: file, configuredIn } = mapOf(parse(metadata.annotations?.[ORIGIN] ?? ''))
  const found = textOf(file) ?? textOf(configuredIn)
  return found === undefined ? undefined : path.relative(root, path.resolve(folder, found))
}

/** Without its origin, and without what `kubectl create -o yaml` prints of fields that nobody has filled in. */
export const tidy = ({ status, ...object }: KubeObject): KubeObject => {
  const { annotations, creationTimestamp, ...metadata } = object.metadata
  const { [ORIGIN]: _, ...others } = annotations ?? {}
  return {
    ...object,
    ...(isEmpty(status) ? {} : { status }),
    metadata: {
      ...metadata,
      ...(creationTimestamp ? { creationTimestamp } : {}),
      ...(Object.keys(others).length === 0 ? {} : { annotations: others }),
    },
  } as KubeObject
}

/** `{}`, `{ loadBalancer: {} }` */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isEmpty))
