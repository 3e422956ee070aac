import type { Identity } from './access.ts'
import { ApiError, invalid } from './api-error.ts'
import { found, type Handlers, numberOf, pullOf, type Request } from './handler.ts'
import { page, paged } from './paging.ts'
import type { Comment } from './state.ts'

const LONGEST = 65_536

// A comment on a pull request may be written with either permission.
const READ = ['issues:read', 'pull-requests:read'] as const
const WRITE = ['issues:write', 'pull-requests:write'] as const

export const comments: Handlers = {
  'issues/list-comments': {
    needs: READ,
    run(request) {
      const { number } = pullOf(request, 'issue_number')
      const since = request.url.searchParams.get('since') ?? ''
      const all = [...request.repository.comments.values()].filter(
        ({ issue, updatedAt }) => issue === number && updatedAt >= since,
      )
      const { items, headers } = page(all, request.url)
      return { status: 200, headers, body: items.map((comment) => request.views.comment(request.repository, comment)) }
    },
  },
  'issues/create-comment': {
    needs: WRITE,
    run(request) {
      const { repository, state, identity, body, views } = request
      const pull = pullOf(request, 'issue_number')
      if (pull.locked && !mayWrite(request))
        throw new ApiError(403, 'Unable to create comment because issue is locked.')
      const createdAt = state.timestamp()
      const comment: Comment = {
        id: state.nextId(),
        issue: pull.number,
        login: identity.login,
        body: checked(body.body),
        createdAt,
        updatedAt: createdAt,
        reactions: [],
      }
      repository.comments.set(comment.id, comment)
      return { status: 201, body: views.comment(repository, comment) }
    },
  },
  'issues/get-comment': {
    needs: READ,
    run: (request) => ({ status: 200, body: request.views.comment(request.repository, commentOf(request)) }),
  },
  'issues/update-comment': {
    needs: WRITE,
    run(request) {
      const comment = commentOf(request)
      refuseForeign(request.identity, comment)
      Object.assign(comment, { body: checked(request.body.body), updatedAt: request.state.timestamp() })
      return { status: 200, body: request.views.comment(request.repository, comment) }
    },
  },
  'issues/delete-comment': {
    needs: WRITE,
    run(request) {
      const comment = commentOf(request)
      refuseForeign(request.identity, comment)
      request.repository.comments.delete(comment.id)
      return { status: 204 }
    },
  },
  'reactions/list-for-issue-comment': {
    needs: READ,
    run: (request) => paged(commentOf(request).reactions.map(request.views.reaction), request.url),
  },
  'reactions/create-for-issue-comment': {
    needs: WRITE,
    run(request) {
      const { reactions } = commentOf(request)
      const { login } = request.identity
      const content = String(request.body.content)
      const known = reactions.find((reaction) => reaction.login === login && reaction.content === content)
      if (known) return { status: 200, body: request.views.reaction(known) }
      const reaction = { id: request.state.nextId(), login, content, createdAt: request.state.timestamp() }
      reactions.push(reaction)
      return { status: 201, body: request.views.reaction(reaction) }
    },
  },
}

const commentOf = ({ repository, params }: Request) => found(repository.comments.get(numberOf(params, 'comment_id')))

const mayWrite = ({ repository, identity }: Request) =>
  ['admin', 'write'].includes(repository.permissions.get(identity.login) ?? 'none')

const refuseForeign = (identity: Identity, comment: Comment) => {
  if (identity.kind === 'installation' && identity.login !== comment.login) {
    throw new ApiError(403, 'Resource not accessible by integration')
  }
}

const checked = (body: unknown) => {
  const text = String(body)
  if (text.trim() === '') throw invalid({ resource: 'IssueComment', code: 'missing_field', field: 'body' })
  if (text.length <= LONGEST) return text
  const message = `Body is too long (maximum is ${LONGEST} characters)`
  throw invalid({ resource: 'IssueComment', code: 'unprocessable', field: 'data', message })
}
