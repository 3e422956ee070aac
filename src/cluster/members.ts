import { createHash } from 'node:crypto'
import { type Environment, LABEL, labelsOf, recordName } from '../names.ts'
import type { Kind, KubeObject, Live, Ref } from './cluster.ts'
import type { Member } from './record-state.ts'

/** What belongs to an environment, and by which marks. Pure. */

/** `''` for the core group. */
export const groupOf = ({ apiVersion }: Kind): string => apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')))

/** One object whatever version of its API it is spoken of in. */
export const keyOf = (ref: Ref): string => [groupOf(ref), ref.kind, ref.namespace ?? '', ref.name].join('/')

export const memberOf = (ref: Ref, known: { uid?: string; hash?: string } = {}): Member => ({
  g: groupOf(ref),
  v: ref.apiVersion.slice(ref.apiVersion.indexOf('/') + 1),
  k: ref.kind,
  ...(ref.namespace === undefined ? {} : { ns: ref.namespace }),
  n: ref.name,
  ...(known.uid === undefined ? {} : { uid: known.uid }),
  ...(known.hash === undefined ? {} : { h: known.hash }),
})

export const refOfMember = ({ g, v, k, ns, n }: Member): Ref => ({
  apiVersion: g === '' ? v : `${g}/${v}`,
  kind: k,
  name: n,
  ...(ns === undefined ? {} : { namespace: ns }),
})

/** All of both; where both have one, `later` has the word. */
export const union = (earlier: readonly Member[], later: readonly Member[]): Member[] => [
  ...new Map([...earlier, ...later].map((member) => [keyOf(refOfMember(member)), member])).values(),
]

export const kindsOf = (refs: readonly Kind[]): Kind[] => [
  ...new Map(refs.map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }])).values(),
]

export const hashOf = (object: KubeObject): string => createHash('sha256').update(JSON.stringify(object)).digest('hex')

export const selectorOf = (environment: Environment): string => `${LABEL.environment}=${environment.id}`

export const isOurs = ({ metadata }: KubeObject, environment: Environment): boolean =>
  Object.entries(labelsOf(environment)).every(([key, value]) => metadata.labels?.[key] === value)

/**
 * Controllers copy labels to what they make (EndpointSlices, the claims of a StatefulSet), but never ownerReferences: the one
 * to our record is proof that we applied it. They do not cross namespaces; in one of the environment's own nobody else applies.
 */
export const isApplied = ({ metadata }: Live, environment: Environment, ownNamespace: string | undefined): boolean =>
  (ownNamespace !== undefined && metadata.namespace === ownNamespace) ||
  metadata.ownerReferences?.some(({ kind, name }) => kind === 'ConfigMap' && name === recordName(environment)) === true

export const isControlled = ({ metadata }: Live): boolean =>
  metadata.ownerReferences?.some(({ controller }) => controller === true) === true
