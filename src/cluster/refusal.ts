import { PreviewError } from '../errors.ts'
import { ApiError } from './cluster.ts'
import type { Connection } from './connection.ts'
import { isTls, isUnconnected } from './retry.ts'
import type { Response } from './wire.ts'

type Status = { message?: string; reason?: string; details?: { causes?: ApiError['causes'] } }

/** RBAC and admission both answer 403 `Forbidden`; only the text tells them apart. */
const RBAC =
  /User "(?<user>[^"]*)" cannot (?<verb>\w+) (?:path "(?<path>[^"]*)"|resource "(?<resource>[^"]*)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]*)")?)/

/** The answer, unless it is a refusal. */
export const accepted = <T extends Response>(what: string, answer: T): T => {
  if (answer.status < 400) return answer
  throw refusal(what, answer)
}

/** The object that was answered. */
export const objectOf = <T>(what: string, answer: Response): T => {
  const { status, json, text } = accepted(what, answer)
  if (typeof json === 'object' && json !== null) return json as T
  throw new ApiError(status, 'NotJson', `${what}: not the API server answered, but: ${text.slice(0, 200)}`)
}

const refusal = (what: string, { status, json, text }: Response): Error => {
  const { message, reason = '', details } = (json ?? {}) as Status
  const said = message ?? `${what}: HTTP ${status}${text === '' ? '' : ` ${text.slice(0, 200)}`}`
  const missing = status === 403 ? RBAC.exec(said)?.groups : undefined
  if (missing !== undefined) return forbidden(what, missing, said)
  return new ApiError(status, reason, said, details?.causes === undefined ? {} : { causes: details.causes })
}

const forbidden = (what: string, missing: Record<string, string | undefined>, said: string): PreviewError => {
  const { user, verb, path, resource, group, namespace } = missing
  const target =
    path === undefined ? `apiGroups: ["${group}"], resources: ["${resource}"]` : `nonResourceURLs: ["${path}"]`
  const [where, role] =
    namespace === undefined
      ? ['at cluster scope', 'a ClusterRole']
      : [`in namespace ${namespace}`, `a Role in namespace ${namespace}`]
  return new PreviewError('AccessDenied', `${what}: ${user} may not ${verb} ${path ?? resource} ${where}`, {
    object: what,
    hint: `apply install/ of this version, or add { ${target}, verbs: ["${verb}"] } to ${role} bound to ${user}`,
    cause: new ApiError(403, 'Forbidden', said),
  })
}

export const unauthorized = async (what: string, connection: Connection): Promise<PreviewError> =>
  new PreviewError('AccessDenied', `${what}: ${connection.server} does not accept our credentials (401)`, {
    object: what,
    hint:
      (await connection.unauthorizedHint?.()) ?? 'check that the user of the kubeconfig is valid and has not expired',
    cause: new ApiError(401, 'Unauthorized', 'Unauthorized'),
  })

/** The error for an attempt that got no (whole) answer, after the last try. */
export const unanswered = (
  what: string,
  { code, cause }: { code: string | undefined; cause: unknown },
  { server, unreachableHint }: Connection,
): Error => {
  const said = cause instanceof Error && cause.message !== '' ? cause.message : code
  if (isTls(code))
    return new PreviewError('Unavailable', `cannot trust the API server at ${server}: ${said}`, {
      object: what,
      hint: 'the CA given for the cluster did not sign what answered: is the cluster entry current, or does a proxy open TLS in between?',
      cause,
    })
  if (isUnconnected(code))
    return new PreviewError('Unavailable', `cannot connect to the API server at ${server}: ${said}`, {
      object: what,
      hint: unreachableHint ?? 'check the address, and that this runner may reach it',
      cause,
    })
  return new ApiError(0, 'NoAnswer', `${what}: no answer from ${server}: ${said}`, { cause })
}
