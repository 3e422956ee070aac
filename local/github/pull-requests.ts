import { ApiError } from './api-error.ts'
import { found, type Handlers, pullOf } from './handler.ts'
import { page } from './paging.ts'
import type { PullRequest, Repository } from './state.ts'

export const pullRequests: Handlers = {
  'repos/get': {
    needs: ['metadata:read'],
    run: ({ repository, views }) => ({ status: 200, body: views.repository(repository) }),
  },
  'pulls/get': {
    needs: ['pull-requests:read'],
    run: (request) => ({ status: 200, body: request.views.pull(request.repository, pullOf(request, 'pull_number')) }),
  },
  'pulls/list': {
    needs: ['pull-requests:read'],
    run({ repository, url, views }) {
      const { items, headers } = page(selected(repository, url.searchParams), url)
      return { status: 200, headers, body: items.map((pull) => views.listedPull(repository, pull)) }
    },
  },
  'issues/list-labels-on-issue': {
    needs: ['issues:read', 'pull-requests:read'],
    run: (request) => ({
      status: 200,
      body: pullOf(request, 'issue_number').labels.map((name) => request.views.label(request.repository, name)),
    }),
  },
  'repos/get-collaborator-permission-level': {
    needs: ['metadata:read'],
    run({ repository, params, views }) {
      const login = found(params.username)
      // Whoever is nobody to a public repository may still read it.
      const level = repository.permissions.get(login) ?? (repository.isPrivate ? 'none' : 'read')
      return {
        status: 200,
        body: {
          permission: level,
          role_name: level,
          user: { ...views.user(login), role_name: level, permissions: flags(level) },
        },
      }
    },
  },
  'users/get-authenticated': {
    needs: ['metadata:read'],
    run({ identity, views }) {
      if (identity.kind === 'installation') throw new ApiError(403, 'Resource not accessible by integration')
      return { status: 200, body: views.account(identity.login) }
    },
  },
}

const flags = (level: string) => ({
  pull: level !== 'none',
  triage: level === 'write' || level === 'admin',
  push: level === 'write' || level === 'admin',
  maintain: level === 'admin',
  admin: level === 'admin',
})

const selected = (repository: Repository, query: URLSearchParams): PullRequest[] => {
  const state = query.get('state') ?? 'open'
  const head = query.get('head')
  const base = query.get('base')
  const newestFirst = (query.get('direction') ?? 'desc') === 'desc'
  const key = (pull: PullRequest) => (query.get('sort') === 'updated' ? pull.updatedAt : pull.createdAt)
  return (
    [...repository.pulls.values()]
      .filter((pull) => state === 'all' || pull.state === state)
      // GitHub quietly ignores a head without an owner and lists everything.
      .filter((pull) => !head?.includes(':') || head === `${pull.head.repository.owner}:${pull.head.ref}`)
      .filter((pull) => base === null || base === pull.base.ref)
      .sort((a, b) => (key(a).localeCompare(key(b)) || a.number - b.number) * (newestFirst ? -1 : 1))
  )
}
