import { ApiError } from './api-error.ts'
import { fullName, type Repository } from './state.ts'

/** Names as in a workflow's `permissions:`; `metadata: read` every token has. */
export type Scope =
  | 'actions'
  | 'checks'
  | 'contents'
  | 'deployments'
  | 'issues'
  | 'metadata'
  | 'pull-requests'
  | 'statuses'
  | 'administration'
export type Need = `${Scope}:${'read' | 'write'}`
export type Permissions = Partial<Record<Scope, 'read' | 'write'>>

/** An installation token (what a job gets) sees one repository; a user's sees all, with every permission. */
export type Identity =
  | { kind: 'installation'; login: string; repository: string; permissions: Permissions; used: number; resetAt: number }
  | { kind: 'user'; login: string; used: number; resetAt: number }

export type Access = ReturnType<typeof createAccess>

const HOUR = 3_600

export const createAccess = (now: () => Date, limit: number) => {
  const tokens = new Map<string, Identity>()
  const seconds = () => Math.floor(now().getTime() / 1000)

  /** GitHub's tokens look like this; a secret scanner, and a log masker, know them by the prefix. */
  const mint = (prefix: string, identity: Identity) => {
    const token = `${prefix}_${String(tokens.size + 1).padStart(36, '0')}`
    tokens.set(token, identity)
    return token
  }

  return {
    installationToken: (repository: string, permissions: Permissions, login: string) =>
      mint('ghs', { kind: 'installation', login, repository, permissions, used: 0, resetAt: 0 }),
    userToken: (login: string) => mint('ghp', { kind: 'user', login, used: 0, resetAt: 0 }),

    identify(authorization: string | undefined): Identity {
      const [, token] = /^(?:bearer|token) (\S+)$/i.exec(authorization ?? '') ?? []
      const identity = token === undefined ? undefined : tokens.get(token)
      if (identity) return identity
      throw new ApiError(401, authorization ? 'Bad credentials' : 'Requires authentication')
    },

    /** Counts one request and says where the token stands; `spent` when this one is over the limit. */
    meter(identity: Identity, cost: number) {
      if (seconds() >= identity.resetAt) Object.assign(identity, { used: 0, resetAt: seconds() + HOUR })
      identity.used += cost
      const used = Math.min(identity.used, limit)
      return { limit, used, remaining: limit - used, reset: identity.resetAt, spent: cost > 0 && identity.used > limit }
    },
  }
}

/** Throws as GitHub answers: 404 for what the token must not even know of, 403 for what it may see but not do. */
export const authorize = (identity: Identity, repository: Repository, needs: readonly Need[]) => {
  if (identity.kind === 'user') return
  if (identity.repository.toLowerCase() !== fullName(repository).toLowerCase()) throw new ApiError(404, 'Not Found')
  const granted = needs.some((need) => {
    const [scope, level] = need.split(':') as [Scope, 'read' | 'write']
    const has = scope === 'metadata' ? 'read' : identity.permissions[scope]
    return has === level || has === 'write'
  })
  if (!granted) throw new ApiError(403, 'Resource not accessible by integration')
}
