import { ApiError, type Cluster } from './cluster.ts'
import { type PathOf, unserved } from './discovery.ts'
import { groupOf } from './members.ts'
import { isForbidden, objectOf } from './refusal.ts'
import type { Transport } from './transport.ts'

const TIMEOUT = 12_000

type Access = { allowed: boolean; reason?: string; evaluationError?: string }
type Self = { userInfo: { username?: string } }

/** What we may do, asked before we do it. Nothing is stored by asking. */
export const asking = (send: Transport['send'], pathOf: PathOf): Pick<Cluster, 'denied'> => {
  const review = async <T>(apiVersion: string, kind: string, spec: object): Promise<T> => {
    const path = `/apis/${apiVersion}/${kind.toLowerCase()}s`
    const body = { apiVersion, kind, ...spec }
    const answer = await send({ method: 'POST', path, what: kind, body, timeout: TIMEOUT })
    return objectOf<{ status: T }>(kind, answer).status
  }
  /** Who may not ask finds out by trying. */
  const unanswered = (error: unknown): undefined => {
    if (!isForbidden(error) && !(error instanceof ApiError && error.status >= 400)) throw error
  }
  const whoAmI = async (): Promise<string> => {
    const self = await review<Self>('authentication.k8s.io/v1', 'SelfSubjectReview', {}).catch(unanswered)
    return self?.userInfo.username ?? 'this user'
  }
  let me: Promise<string> | undefined

  return {
    denied: async (verb, kind) => {
      const path = await pathOf(kind).catch(unserved)
      if (path === undefined) return undefined
      const asked = {
        group: groupOf(kind),
        resource: path.slice(path.lastIndexOf('/') + 1),
        ...(kind.namespace === undefined ? {} : { namespace: kind.namespace }),
      }
      const spec = { resourceAttributes: { verb, ...asked } }
      const access = await review<Access>('authorization.k8s.io/v1', 'SelfSubjectAccessReview', { spec }).catch(
        unanswered,
      )
      if (access === undefined || access.allowed) return undefined
      me ??= whoAmI()
      const why = access.evaluationError ?? access.reason
      return { user: await me, verb, ...asked, ...(why ? { why } : {}) }
    },
  }
}
