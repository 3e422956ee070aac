import { isCode, PreviewError, type Problem } from '../errors.ts'
import { ApiError, isStatus } from './cluster.ts'
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
  const answered = new ApiError(status, reason, said, details?.causes === undefined ? {} : { causes: details.causes })
  const ending = answered.causes.find((cause) => cause.reason === 'NamespaceTerminating')
  return ending === undefined ? answered : endingNamespace(what, ending.message ?? said, answered)
}

/** Rights that somebody lacks for one resource; `path` for what is no resource. */
export type Lack = { user: string; verbs: readonly string[]; namespace?: string | undefined } & (
  | { group: string; resource: string }
  | { path: string }
)

export const lackOf = (lack: Lack): Problem & { hint: string } => {
  const { user, verbs, namespace } = lack
  const [name, target] =
    'path' in lack
      ? [lack.path, `nonResourceURLs: ["${lack.path}"]`]
      : [lack.resource, `apiGroups: ["${lack.group}"], resources: ["${lack.resource}"]`]
  const [where, role] =
    namespace === undefined
      ? ['at cluster scope', 'a ClusterRole']
      : [`in namespace ${namespace}`, `a Role in namespace ${namespace}`]
  const listed = verbs.map((verb) => `"${verb}"`).join(', ')
  return {
    message: `${user} may not ${verbs.join(', ')} ${name} ${where}`,
    hint: `apply install/ of this version, or add { ${target}, verbs: [${listed}] } to ${role} bound to ${user}`,
  }
}

const forbidden = (what: string, missing: Record<string, string | undefined>, said: string): PreviewError => {
  const { user = '', verb = '', path, resource = '', group = '', namespace } = missing
  const { message, hint } = lackOf({
    user,
    verbs: [verb],
    namespace,
    ...(path === undefined ? { group, resource } : { path }),
  })
  return new PreviewError('AccessDenied', `${what}: ${message}`, {
    object: what,
    hint,
    cause: new ApiError(403, 'Forbidden', said),
  })
}

/** RBAC said no; 401 is another matter. */
export const isForbidden = (error: unknown): error is PreviewError =>
  isCode(error, 'AccessDenied') && isStatus(error.cause, 403)

/** `said`: `namespace previews is being terminated`. */
const endingNamespace = (what: string, said: string, cause: ApiError): PreviewError => {
  const [, namespace = ''] = /^namespace (\S+) /.exec(said) ?? []
  return new PreviewError('Rejected', `${what} cannot be created: ${said}`, {
    object: `Namespace/${namespace}`,
    hint: `somebody deleted the namespace. Wait until it is gone, apply install/ again and run again; if it does not go, the conditions in \`kubectl get namespace ${namespace} -o yaml\` say what holds it`,
    cause,
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
