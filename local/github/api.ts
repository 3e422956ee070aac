import { type Access, authorize, type Identity } from './access.ts'
import { ApiError } from './api-error.ts'
import { archive } from './archive.ts'
import { checks } from './checks.ts'
import { comments } from './comments.ts'
import type { Contract, Operation } from './contract.ts'
import { deployments } from './deployments.ts'
import { gitData } from './git-data.ts'
import { answerGraphql } from './graphql.ts'
import { found, type Handlers, type Request } from './handler.ts'
import { pullRequests } from './pull-requests.ts'
import type { Repository, State } from './state.ts'
import type { Views } from './views.ts'
import type { Answer, Call } from './wire.ts'

const HANDLERS: Handlers = { ...archive, ...checks, ...comments, ...deployments, ...gitData, ...pullRequests }

export type Api = { contract: Contract; state: State; access: Access; views: Views; apiUrl: string; breaches: string[] }

export const guarded = async <T>(act: () => Promise<T> | undefined) => {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.body }
    throw error
  }
}

/** One REST or GraphQL request: token, rate limit, contract, permission, work, contract again. */
export const answerApi = async (api: Api, call: Call): Promise<Answer> => {
  const requestId = { 'x-github-request-id': `LOCAL:${api.state.nextId()}` }
  let headers: Record<string, string> = requestId
  const answer = await guarded(async () => {
    if (!call.headers['user-agent'])
      throw new ApiError(
        403,
        'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
      )
    const identity = api.access.identify(call.headers.authorization)
    const { pathname } = call.url
    const meter = api.access.meter(identity, pathname === '/rate_limit' ? 0 : 1)
    headers = { ...requestId, ...rateHeaders(meter) }
    if (meter.spent) throw new ApiError(403, 'API rate limit exceeded for installation.')
    if (pathname === '/graphql' && call.method === 'POST') return answerGraphql(api.state, identity, call.body)
    const operation = operationOf(api, call)
    headers = { ...headers, ...permissionsHeader(operation) }
    refuseObjections(operation, call)
    if (operation.id === 'rate-limit/get') return checked(api, operation, { status: 200, body: rateView(meter) })
    return checked(api, operation, await handle(api, call, identity, operation))
  })
  return { ...(answer as Answer), headers: { ...headers, ...(answer as Answer).headers } }
}

/** GitHub's own links (paging) name repositories by id. */
const operationOf = ({ contract, state }: Api, { method, url }: Call): Operation => {
  const [, id = '', rest = ''] = /^\/repositories\/(\d+)(.*)$/.exec(url.pathname) ?? []
  const named = state.repositories().find((repository) => String(repository.id) === id)
  return found(contract.find(method, named ? `/repos/${named.owner}/${named.name}${rest}` : url.pathname))
}

const refuseObjections = (operation: Operation, { url, body, text, method }: Call) => {
  if (text !== '' && body === undefined) throw new ApiError(400, 'Problems parsing JSON')
  const given = text === '' && method !== 'GET' ? {} : body
  const objections = operation.objections(url.searchParams, given)
  if (objections.length > 0) throw new ApiError(422, `Invalid request.\n\n${objections.join('\n')}`)
}

const handle = (api: Api, call: Call, identity: Identity, operation: Operation) => {
  const handler = HANDLERS[operation.id]
  if (!handler) throw new Error(`openapi.json has ${operation.id}, but nothing answers it`)
  const { owner, repo } = operation.params
  // GET /user is about no repository; any will do, as its handler looks at none.
  const repository = owner === undefined ? api.state.repositories()[0] : api.state.repository(`${owner}/${repo}`)
  if (owner !== undefined) authorize(identity, found(repository), handler.needs)
  const request: Request = {
    ...api,
    identity,
    params: operation.params,
    url: linkUrl(api, call.url, found(repository)),
    body: (call.body ?? {}) as Record<string, unknown>,
    accept: call.headers.accept ?? '',
    repository: found(repository),
  }
  return handler.run(request)
}

const linkUrl = ({ apiUrl }: Api, url: URL, { id }: Repository) =>
  new URL(url.pathname.replace(/^\/repos\/[^/]+\/[^/]+/, `/repositories/${id}`) + url.search, apiUrl)

const checked = ({ breaches }: Api, operation: Operation, answer: Answer): Answer => {
  const found = operation.breaches(answer.status, answer.body)
  if (found.length === 0) return answer
  breaches.push(...found)
  return {
    status: 500,
    body: { message: `The local GitHub would have answered what GitHub never does: ${found.join('; ')}` },
  }
}

type Meter = ReturnType<Access['meter']>

const rateHeaders = ({ limit, used, remaining, reset }: Meter) => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-used': String(used),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(reset),
  'x-ratelimit-resource': 'core',
})

/** The permissions any one of which is enough: `issues=write; pull_requests=write`. */
const permissionsHeader = ({ id }: Operation) => {
  const needs = HANDLERS[id]?.needs ?? []
  const names = needs.map((need) => need.replaceAll('-', '_').replace(':', '='))
  return { 'x-accepted-github-permissions': names.join('; ') }
}

const rateView = ({ limit, used, remaining, reset }: Meter) => {
  const core = { limit, used, remaining, reset }
  return { resources: { core, search: core, graphql: core }, rate: core }
}
