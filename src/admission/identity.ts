import type { KubeObject } from '../cluster/cluster.ts'
import type { Finding } from './build.ts'
import { shown } from './fields.ts'

/** By what an object is known. Kustomize passes on what is no text, or not there: `name: 2024`. */
export const identity = ({ apiVersion, kind, metadata }: KubeObject): Finding[] =>
  Object.entries({
    apiVersion,
    kind,
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace ?? '',
  } satisfies Record<string, unknown>)
    .filter(([, value]) => typeof value !== 'string')
    .map(([field, value]) =>
      value === undefined
        ? { message: `${field} is not there`, hint: 'add it' }
        : { message: `${field} is ${shown(value)}, which is no text`, hint: 'put it in quotes' },
    )
