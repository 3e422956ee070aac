import type { KubeObject } from '../cluster/cluster.ts'
import { groupOf } from '../cluster/members.ts'
import type { Exposure } from '../config-schema.ts'

/** What the rules look at, and what they find. */

/** An object as people's own kustomization makes it. */
export type Manifest = {
  object: KubeObject
  /** Path in the repository. */
  file: string | undefined
}

/** What the repository and the install ask of a build. */
export type Asked = {
  apps: readonly AskedApp[]
  /** What every name will end with; empty in a namespace of the environment's own. */
  suffix: string
  /** `Kind/name` of what is in the namespace already and may be used. */
  sharedObjects: readonly string[]
  /** `Kind.group` of what previews may have besides `MANAGED_KINDS`; the core group has none. */
  allowedKinds: readonly string[]
  /** Annotations that every app's Ingress gets. */
  ingressAnnotations: Readonly<Record<string, string>>
  /** What is wrong with an `eks-preview/ready` rule. */
  readyProblem(rule: string): string | undefined
}

export type AskedApp = {
  name: string
  service: string
  port: number | string
  expose: Exposure
  /** Of its manifests; without one the action makes what leads to it. */
  ingress: string | undefined
  /** The names of images that its manifests have. */
  images: readonly string[]
}

export type Build = Asked & {
  objects: readonly KubeObject[]
  /** By `Kind.group/name`. */
  byName: ReadonlyMap<string, KubeObject>
  /** The namespace that most objects name; `undefined` when most name none. */
  home: string | undefined
}

export const buildOf = (asked: Asked, objects: readonly KubeObject[]): Build => ({
  ...asked,
  objects,
  // The first of two with one name, so that the second is the one that is too much.
  byName: new Map([...objects].reverse().map((object) => [`${kindOf(object)}/${object.metadata.name}`, object])),
  home: homeOf(objects.filter((object) => kindOf(object) !== 'Namespace')),
})

const homeOf = (objects: readonly KubeObject[]): string | undefined => {
  const byNamespace = [...Map.groupBy(objects, ({ metadata }) => metadata.namespace)]
  const without = objects.filter(({ metadata }) => metadata.namespace === undefined).length
  const [most] = byNamespace.sort(([, some], [, others]) => others.length - some.length)
  return most === undefined || most[1].length <= without ? undefined : most[0]
}

/** The message begins with the field. A warning is told, and the object admitted. */
export type Finding = { message: string; hint: string; isWarning?: true }

/** What is wrong with one object of the build. */
export type Rule = (object: KubeObject, build: Build) => Finding[]

/** `Deployment.apps`, `Service`: one kind in whatever version of its API. */
export const kindOf = (object: KubeObject): string => {
  const group = groupOf(object)
  return group === '' ? object.kind : `${object.kind}.${group}`
}

export const INGRESS = 'Ingress.networking.k8s.io'

export const find = ({ byName }: Build, kind: string, name: string): KubeObject | undefined =>
  byName.get(`${kind}/${name}`)

export const namesOf = ({ objects }: Build, kind: string): string[] =>
  objects.filter((object) => kindOf(object) === kind).map(({ metadata }) => metadata.name)
