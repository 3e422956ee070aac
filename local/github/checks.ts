import { ApiError, invalid } from './api-error.ts'
import { SERVER_URL } from './basic-views.ts'
import { found, type Handlers, numberOf, type Request } from './handler.ts'
import { page } from './paging.ts'
import { type CheckRun, type CommitStatus, fullName, resolveRef } from './state.ts'

export const checks: Handlers = {
  'checks/create': {
    needs: ['checks:write'],
    run(request) {
      const { repository, state, body } = request
      const head_sha = String(body.head_sha)
      requireConclusion(body)
      if (!repository.git.commit(head_sha)) throw new ApiError(422, `No commit found for SHA: ${head_sha}`)
      const run: CheckRun = {
        id: state.nextId(),
        startedAt: state.timestamp(),
        body: { ...body, name: String(body.name), head_sha },
      }
      repository.checkRuns.set(run.id, run)
      return { status: 201, body: runView(request, run) }
    },
  },
  'checks/get': {
    needs: ['checks:read'],
    run: (request) => ({ status: 200, body: runView(request, runOf(request)) }),
  },
  'checks/update': {
    needs: ['checks:write'],
    run(request) {
      const run = runOf(request)
      requireConclusion(request.body)
      Object.assign(run.body, request.body)
      return { status: 200, body: runView(request, run) }
    },
  },
  'checks/list-for-ref': {
    needs: ['checks:read'],
    run(request) {
      const sha = commitOf(request, 'ref')
      const name = request.url.searchParams.get('check_name')
      const runs = [...request.repository.checkRuns.values()].filter(
        ({ body }) => body.head_sha === sha && (name ?? body.name) === body.name,
      )
      const { items, headers } = page(runs.reverse(), request.url)
      return {
        status: 200,
        headers,
        body: { total_count: runs.length, check_runs: items.map((run) => runView(request, run)) },
      }
    },
  },
  'repos/create-commit-status': {
    needs: ['statuses:write'],
    run(request) {
      const { repository, state, identity, body } = request
      const sha = commitOf(request, 'sha')
      if (String(body.description ?? '').length > 140) {
        throw invalid({
          resource: 'Status',
          code: 'custom',
          message: 'description is too long (maximum is 140 characters)',
        })
      }
      const defaults = { context: 'default', description: null, target_url: null }
      const createdAt = state.timestamp()
      const status: CommitStatus = {
        id: state.nextId(),
        sha,
        body: { ...defaults, ...body },
        login: identity.login,
        createdAt,
      }
      repository.statuses.push(status)
      return { status: 201, body: { ...statusView(request, status), creator: request.views.user(identity.login) } }
    },
  },
  'repos/get-combined-status-for-ref': {
    needs: ['statuses:read'],
    run(request) {
      const { repository, apiUrl } = request
      const sha = commitOf(request, 'ref')
      const latest = new Map(repository.statuses.filter((it) => it.sha === sha).map((it) => [it.body.context, it]))
      const statuses = [...latest.values()].map((it) => statusView(request, it))
      const url = `${apiUrl}/repos/${fullName(repository)}/commits/${sha}`
      const { items, headers } = page(statuses, request.url)
      const body = {
        state: combined(statuses.map(({ state }) => String(state))),
        sha,
        total_count: statuses.length,
        statuses: items,
        repository: request.views.repository(repository),
        commit_url: url,
        url: `${url}/status`,
      }
      return { status: 200, headers, body }
    },
  },
}

const runOf = ({ repository, params }: Request) => found(repository.checkRuns.get(numberOf(params, 'check_run_id')))

/** In GitHub's prose only: "required if you provide completed_at or a status of completed". */
const requireConclusion = ({ status, completed_at, conclusion }: Record<string, unknown>) => {
  if ((status !== 'completed' && completed_at === undefined) || conclusion !== undefined) return
  throw invalid({ resource: 'CheckRun', code: 'missing_field', field: 'conclusion' })
}

const commitOf = ({ repository, params }: Request, name: string) => {
  const ref = found(params[name])
  const sha = resolveRef(repository, ref)
  if (!sha) throw new ApiError(422, `No commit found for SHA: ${ref}`)
  return sha
}

const combined = (states: string[]) => {
  if (states.some((state) => state === 'failure' || state === 'error')) return 'failure'
  return states.length > 0 && states.every((state) => state === 'success') ? 'success' : 'pending'
}

const runView = ({ repository, apiUrl }: Request, { id, body, startedAt }: CheckRun) => {
  const url = `${apiUrl}/repos/${fullName(repository)}/check-runs/${id}`
  const isDone = body.conclusion !== undefined
  const output = { title: null, summary: null, text: null, ...(body.output as object | undefined) }
  return {
    id,
    node_id: `CR_${id}`,
    external_id: '',
    details_url: null,
    started_at: startedAt,
    conclusion: null,
    ...body,
    status: isDone ? 'completed' : (body.status ?? 'queued'),
    completed_at: isDone ? (body.completed_at ?? startedAt) : null,
    url,
    html_url: `${SERVER_URL}/${fullName(repository)}/runs/${id}`,
    output: { ...output, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: { id: repository.id },
    app: null,
    pull_requests: [],
  }
}

const statusView = (
  { repository, apiUrl }: Request,
  { id, sha, body, createdAt }: CommitStatus,
): Record<string, unknown> => ({
  description: null,
  target_url: null,
  ...body,
  url: `${apiUrl}/repos/${fullName(repository)}/statuses/${sha}`,
  avatar_url: null,
  id,
  node_id: `SC_${id}`,
  created_at: createdAt,
  updated_at: createdAt,
})
