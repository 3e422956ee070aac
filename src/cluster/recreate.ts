import type { Environment } from '../names.ts'
import { isStatus, type KubeObject, type Live } from './cluster.ts'
import { isApplied } from './members.ts'

/** Which objects that the API server will not change in place may be deleted and made anew, and what that costs. Pure. */

/** Set to `never` by whoever would rather see the push fail. */
const ANNOTATION = 'eks-preview/recreate'

/** How the API server and the rules of CustomResourceDefinitions say that a field is as it is for good. */
const IMMUTABLE =
  /\bis immutable\b|may not change once set|updates to \w+ spec for fields other than|cannot change roleRef|updates to parameters are forbidden|pod updates may not change fields/

/** Which fields, and what was said of them. */
export type Immutable = { fields: string[]; said: string }

/** `undefined` when the refusal is about something else. */
export const immutableIn = (error: unknown, wanted: KubeObject, before: Live): Immutable | undefined => {
  if (!isStatus(error, 422) || isReplaced(error)) return undefined
  // A webhook need not give causes.
  const all = error.causes.length > 0 ? error.causes : [{ message: error.message }]
  const causes = all.filter(({ message = '' }) => IMMUTABLE.test(message))
  const [first] = causes
  if (first === undefined) return undefined
  const fields = causes.flatMap(({ field = '' }) => {
    const changed = differing(at(wanted, field), at(before, field), field)
    return changed.length > 0 ? changed : [field || 'a field']
  })
  return { fields: [...new Set(fields)], said: inShort(first.message) }
}

/** Somebody deleted and made it since it was read: it may be anybody's. */
export const isReplaced = (error: unknown): boolean => isStatus(error, 422) && error.message.includes('metadata.uid:')

/** The API server keeps the address `None` of a Service that does not ask for it any more, and says nothing. */
export const keptHeadless = (wanted: KubeObject, before: Live): Immutable | undefined => {
  const { clusterIP, type } = specOf(wanted)
  const isKept = before.kind === 'Service' && specOf(before).clusterIP === 'None'
  return isKept && clusterIP === undefined && type !== 'ExternalName'
    ? { fields: ['spec.clusterIP'], said: 'a headless Service stays one' }
    : undefined
}

/** Why it must not be deleted for a push; `undefined` when it may be. */
export const whyKept = (
  wanted: KubeObject,
  before: Live,
  environment: Environment,
  ownNamespace: string | undefined,
): { message: string; hint: string } | undefined => {
  const { kind, metadata } = wanted
  if (kind === 'PersistentVolumeClaim')
    return { message: 'its data would be lost', hint: 'give it another name, or delete it by hand, with its data' }
  if (metadata.namespace === undefined)
    return { message: 'others may depend on it', hint: 'give it another name, or delete it by hand' }
  if ([metadata, before.metadata].some(({ annotations }) => annotations?.[ANNOTATION] === 'never'))
    return {
      message: `its annotation ${ANNOTATION} is never`,
      hint: `give it another name, delete it by hand, or take the annotation away`,
    }
  if (!isApplied(before, environment, ownNamespace))
    return { message: 'it is not ours by its owner', hint: 'give it another name, or delete it by hand' }
  return undefined
}

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod'])

/** What users of the preview notice. */
export const costOf = (before: Live): string | undefined => {
  if (WORKLOADS.has(before.kind)) return 'its pods are stopped before the new ones are ready'
  const { type } = specOf(before)
  if (before.kind === 'Ingress' || (before.kind === 'Service' && type === 'LoadBalancer'))
    return 'it gets another load balancer with another host name'
  return before.kind === 'Service' ? 'it gets another address' : undefined
}

/**
 * To ask whether the object could be made at all: under a name that nobody has, and without the addresses that the live one
 * still holds.
 */
export const anew = (body: KubeObject, name: string, before: Live): KubeObject => {
  const renamed = { ...body, metadata: { ...body.metadata, name } }
  if (body.kind !== 'Service') return renamed
  const held = specOf(before)
  const nodePorts = new Set((held.ports ?? []).map(({ nodePort }) => nodePort))
  const { clusterIP, clusterIPs, healthCheckNodePort, ports, ...spec } = specOf(body)
  const isHeld = clusterIP !== 'None' && clusterIP === held.clusterIP
  return {
    ...renamed,
    spec: {
      ...spec,
      ...(clusterIP === undefined || isHeld ? {} : { clusterIP }),
      ...(clusterIPs === undefined || isHeld ? {} : { clusterIPs }),
      ...(healthCheckNodePort === undefined || healthCheckNodePort === held.healthCheckNodePort
        ? {}
        : { healthCheckNodePort }),
      ...(ports === undefined
        ? {}
        : { ports: ports.map(({ nodePort, ...port }) => (nodePorts.has(nodePort) ? port : { ...port, nodePort })) }),
    },
  }
}

type ServiceSpec = {
  type?: string
  clusterIP?: string
  clusterIPs?: string[]
  healthCheckNodePort?: number
  ports?: { nodePort?: number }[]
}
const specOf = ({ spec }: KubeObject): ServiceSpec => (spec ?? {}) as ServiceSpec

/** `spec.template` of an object. Paths into lists are not followed: the list is all that can be named. */
const at = (object: KubeObject, path: string): unknown =>
  path.split('.').reduce((value: unknown, key) => (value as Record<string, unknown> | undefined)?.[key], object)

/** The paths below which `sent` is not as it is. What is not sent is left as it is. */
const differing = (sent: unknown, live: unknown, path: string): string[] => {
  if (typeof sent !== 'object' || sent === null || typeof live !== 'object' || live === null)
    return sent === undefined || sent === live ? [] : [path]
  if (Array.isArray(sent) && sent.length !== (live as unknown[]).length) return [path]
  return Object.entries(sent).flatMap(([key, value]) =>
    differing(
      value,
      (live as Record<string, unknown>)[key],
      Array.isArray(sent) ? `${path}[${key}]` : `${path}.${key}`,
    ),
  )
}

/** Without the whole value, which may be a pod's template, and without the difference that some kinds append. */
const inShort = (message = ''): string => {
  const [line = ''] = message.split('\n')
  return line.replace(/^Invalid value: .*: /, '').replace(/^Forbidden: /, '')
}
