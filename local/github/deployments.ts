import { ApiError, invalid } from './api-error.ts'
import { SERVER_URL } from './basic-views.ts'
import { found, type Handlers, numberOf, type Request } from './handler.ts'
import { page } from './paging.ts'
import { type Deployment, fullName, type Repository, resolveRef, type State } from './state.ts'

export const deployments: Handlers = {
  'repos/list-deployments': {
    needs: ['deployments:read'],
    run({ repository, url, views }) {
      const wants = ['sha', 'ref', 'task', 'environment'].map((name) => [name, url.searchParams.get(name)] as const)
      const all = [...repository.deployments.values()].reverse()
      const matching = all.filter((it) =>
        wants.every(([name, value]) => value === null || { ...it.body, sha: it.sha }[name] === value),
      )
      const { items, headers } = page(matching, url)
      return { status: 200, headers, body: items.map((it) => views.deployment(repository, it)) }
    },
  },
  'repos/create-deployment': {
    needs: ['deployments:write'],
    run(request) {
      const { repository, state, identity, body, views } = request
      const ref = String(body.ref)
      const sha = resolveRef(repository, ref)
      if (!sha) throw new ApiError(422, `No ref found for: ${ref}`)
      const merged = autoMerge(request, ref, sha)
      if (merged) return { status: 202, body: { message: merged } }
      requireContexts(repository, ref, sha, body.required_contexts as string[] | undefined)
      const environment = String(body.environment ?? 'production')
      const deployment: Deployment = {
        id: state.nextId(),
        sha,
        login: identity.login,
        createdAt: state.timestamp(),
        statuses: [],
        body: {
          ref,
          environment,
          task: body.task ?? 'deploy',
          payload: body.payload ?? {},
          description: described(body.description ?? null),
          transient_environment: body.transient_environment === true,
          production_environment:
            body.production_environment === undefined
              ? environment === 'production'
              : body.production_environment === true,
        },
      }
      repository.deployments.set(deployment.id, deployment)
      ensureEnvironment(state, repository, environment)
      return { status: 201, body: views.deployment(repository, deployment) }
    },
  },
  'repos/get-deployment': {
    needs: ['deployments:read'],
    run: (request) => ({ status: 200, body: request.views.deployment(request.repository, deploymentOf(request)) }),
  },
  'repos/delete-deployment': {
    needs: ['deployments:write'],
    run(request) {
      const deployment = deploymentOf(request)
      const isLast = request.repository.deployments.size === 1
      if (!isLast && deployment.statuses.at(-1)?.body.state !== 'inactive') {
        throw new ApiError(
          422,
          'We cannot delete an active deployment unless it is the only deployment in a given environment.',
        )
      }
      request.repository.deployments.delete(deployment.id)
      return { status: 204 }
    },
  },
  'repos/list-deployment-statuses': {
    needs: ['deployments:read'],
    run(request) {
      const deployment = deploymentOf(request)
      const { items, headers } = page(deployment.statuses.toReversed(), request.url)
      return {
        status: 200,
        headers,
        body: items.map((it) => request.views.deploymentStatus(request.repository, deployment, it)),
      }
    },
  },
  'repos/create-deployment-status': {
    needs: ['deployments:write'],
    run(request) {
      const { repository, body, views } = request
      const deployment = deploymentOf(request)
      const status = addStatus(request, deployment, {
        state: body.state,
        description: described(body.description ?? ''),
        environment: body.environment ?? deployment.body.environment,
        target_url: body.log_url ?? body.target_url ?? '',
        log_url: body.log_url ?? body.target_url ?? '',
        environment_url: body.environment_url ?? '',
      })
      if (body.state === 'success' && body.auto_inactive !== false) retireOthers(request, deployment)
      return { status: 201, body: views.deploymentStatus(repository, deployment, status) }
    },
  },
  'repos/get-all-environments': {
    needs: ['actions:read'],
    run(request) {
      const all = [...request.repository.environments.keys()]
      const { items, headers } = page(all, request.url)
      const environments = items.map((name) => environmentView(request, name))
      return { status: 200, headers, body: { total_count: all.length, environments } }
    },
  },
  'repos/get-environment': {
    needs: ['actions:read'],
    run: (request) => ({ status: 200, body: environmentView(request, found(request.params.environment_name)) }),
  },
  'repos/delete-an-environment': {
    // Which a job's token can never have.
    needs: ['administration:write'],
    run({ repository, params }) {
      if (!repository.environments.delete(found(params.environment_name))) throw new ApiError(404, 'Not Found')
      return { status: 204 }
    },
  },
}

const deploymentOf = ({ repository, params }: Request) =>
  found(repository.deployments.get(numberOf(params, 'deployment_id')))

const described = (description: unknown) => {
  if (typeof description !== 'string' || description.length <= 140) return description
  throw invalid({
    resource: 'Deployment',
    code: 'custom',
    field: 'description',
    message: 'description is too long (maximum is 140 characters)',
  })
}

const ensureEnvironment = (state: State, { environments }: Repository, name: string) => {
  if (!environments.has(name)) environments.set(name, { id: state.nextId(), name, createdAt: state.timestamp() })
}

/** On by default: a branch behind the default branch gets a merge commit, and no deployment. */
const autoMerge = ({ repository, body, state }: Request, ref: string, sha: string): string | undefined => {
  const { git, branches, defaultBranch } = repository
  const tip = branches.get(defaultBranch)
  const commit = git.commit(sha)
  if (body.auto_merge === false || !branches.has(ref) || !tip || !commit || git.isAncestor(tip, sha)) return undefined
  const message = `Merge branch '${defaultBranch}' into ${ref}`
  const author = { ...commit.author, date: state.timestamp() }
  branches.set(ref, git.writeCommit({ tree: commit.tree, parents: [sha, tip], message, author }))
  return `Auto-merged ${defaultBranch} into ${ref} on deployment.`
}

/** Left out, *every* status and check of the commit must be green, the check that is creating the deployment too. */
const requireContexts = (repository: Repository, ref: string, sha: string, required: string[] | undefined) => {
  const green = new Map<string, boolean>()
  for (const { body, sha: of } of repository.statuses)
    if (of === sha) green.set(String(body.context), body.state === 'success')
  for (const { body } of repository.checkRuns.values())
    if (body.head_sha === sha) green.set(body.name, body.conclusion === 'success')
  const failing = (required ?? [...green.keys()]).filter((context) => green.get(context) !== true)
  if (failing.length === 0) return
  const errors = [{ resource: 'Deployment', code: 'invalid', field: 'required_contexts', message: failing.join(', ') }]
  throw new ApiError(409, `Conflict: Commit status checks failed for ${ref}.`, errors)
}

const addStatus = ({ state, identity }: Request, deployment: Deployment, body: Record<string, unknown>) => {
  const status = { id: state.nextId(), body, login: identity.login, createdAt: state.timestamp() }
  deployment.statuses.push(status)
  return status
}

/** GitHub's auto_inactive: only what is neither transient nor production goes, so previews stay active until told otherwise. */
const retireOthers = (request: Request, winner: Deployment) => {
  for (const other of request.repository.deployments.values()) {
    const { environment, transient_environment, production_environment } = other.body
    const isPrior =
      other.id < winner.id && environment === winner.body.environment && other.statuses.at(-1)?.body.state === 'success'
    if (isPrior && !transient_environment && !production_environment) {
      addStatus(request, other, {
        state: 'inactive',
        description: '',
        environment,
        target_url: '',
        log_url: '',
        environment_url: '',
      })
    }
  }
}

const environmentView = ({ repository, apiUrl }: Request, name: string) => {
  const { id, createdAt } = found(repository.environments.get(name))
  return {
    id,
    node_id: `EN_${id}`,
    name,
    url: `${apiUrl}/repos/${fullName(repository)}/environments/${encodeURIComponent(name)}`,
    html_url: `${SERVER_URL}/${fullName(repository)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: createdAt,
    updated_at: createdAt,
    protection_rules: [],
    deployment_branch_policy: null,
  }
}
