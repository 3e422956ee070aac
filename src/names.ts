import { createHash } from 'node:crypto'
import { PreviewError, type Problem } from './errors.ts'

/** Who an environment belongs to. `branch` is the exact head branch; a fork's is `owner:branch`. */
export type Owner = { repository: string; repositoryId: number; branch: string }

export type Environment = {
  /** 32 hex digits; the frozen v1 contract is `md5` of the branch's exact UTF-8 bytes. */
  id: string
  /** The first 12 digits of the id: what object names end with. */
  short: string
  owner: Owner
}

/**
 * `share` is true while the install serves one repository: then the id is md5 of the branch alone. Otherwise the
 * repository's id and a NUL go in front, so that equal branch names in two repositories do not meet.
 */
export const environmentOf = (owner: Owner, pureId: boolean): Environment => {
  const id = md5(pureId ? owner.branch : `${owner.repositoryId}\0${owner.branch}`)
  return { id, short: id.slice(0, 12), owner }
}

const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex')

/** Where an environment's objects live, and how their names end there. */
export type Placement = {
  namespace: string
  /** Empty when the namespace is the environment's own: names need not differ from those of other environments then. */
  suffix: string
}

export const placementOf = (
  { short }: Environment,
  { namespace, isolation }: { namespace: string; isolation: 'shared' | 'namespace' },
): Placement =>
  isolation === 'shared' ? { namespace, suffix: `-${short}` } : { namespace: `${namespace}-${short}`, suffix: '' }

/** Dots keep it apart: no object that ends with our suffix can ever have this name. */
export const recordName = (environment: Environment): string =>
  `eks-preview.${environment.short}.${environment.owner.repositoryId}`

export const INSTALL_NAME = 'eks-preview.install'

export const LABEL = {
  environment: 'eks-preview/env',
  part: 'eks-preview/part',
  record: 'eks-preview/record',
  pool: 'eks-preview/pool',
} as const

export const GENERATION_ANNOTATION = 'eks-preview/generation'

export const labelsOf = (environment: Environment): Record<string, string> => ({
  [LABEL.environment]: environment.id,
  [LABEL.part]: String(environment.owner.repositoryId),
})

export type HostParts = { id: string; app: string; pr: number; domain: string }

export const hostOf = (template: string, parts: HostParts): string => {
  const host = template.replace(/\{(id|app|pr|domain)\}/g, (_, part: keyof HostParts) => String(parts[part]))
  const long = host.split('.').find((label) => label.length > 63)
  if (long !== undefined || host.length > 253)
    throw new PreviewError(
      'BadInput',
      `the host name ${host} is too long: ${long ? `label ${long} has ${long.length} of 63` : `${host.length} of 253`} characters`,
      {
        object: host,
        hint: `shorten the app's name ${parts.app} in .github/preview.yaml, or the install's host-template`,
      },
    )
  return host
}

/** The ownership record beside a host. */
export const ownerRecordOf = (host: string): string => `_eks-preview.${host}`

/**
 * What a name may be at most, by kind, where Kubernetes copies it into something shorter: a Service and a Job become label
 * values and DNS labels (63), a StatefulSet's `controller-revision-hash` is its name + 11, a CronJob's Jobs are + 11.
 */
const LONGEST: Record<string, number> = { Service: 63, Job: 63, StatefulSet: 52, CronJob: 52, Namespace: 63 }

/** Names that Kubernetes would refuse or cut, with the shortest fix. Names include the suffix. */
export const nameProblems = (objects: readonly { kind: string; name: string }[]): Problem[] =>
  objects.flatMap(({ kind, name }) => {
    const most = LONGEST[kind] ?? 253
    return name.length <= most
      ? []
      : [
          {
            message: `${kind} ${name} has ${name.length} characters; ${kind} names may have ${most}`,
            hint: `shorten its name by ${name.length - most}`,
          },
        ]
  })
