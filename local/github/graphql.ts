import { buildSchema, GraphQLError, graphql } from 'graphql'
import { authorize, type Identity, type Need } from './access.ts'
import { ApiError } from './api-error.ts'
import { nodeId } from './basic-views.ts'
import { type Deployment, fullName, type PullRequest, type Repository, type State } from './state.ts'

// The part of GitHub's schema we answer. A field that is missing here is an error, as a misspelt one is on GitHub.
const schema = buildSchema(`
  scalar DateTime
  scalar GitObjectID
  enum PullRequestState { OPEN CLOSED MERGED }
  enum MergeableState { MERGEABLE CONFLICTING UNKNOWN }
  enum DeploymentState {
    ABANDONED ACTIVE DESTROYED ERROR FAILURE INACTIVE PENDING SUCCESS QUEUED IN_PROGRESS WAITING
  }
  interface Node { id: ID! }
  type Deployment implements Node {
    id: ID!
    databaseId: Int
    state: DeploymentState
    task: String
    environment: String
    commitOid: String!
  }
  type Query {
    nodes(ids: [ID!]!): [Node]!
    viewer: User!
    repository(owner: String!, name: String!, followRenames: Boolean = true): Repository
    rateLimit: RateLimit
  }
  type User { login: String! }
  type RateLimit { cost: Int!, limit: Int!, remaining: Int! }
  type Ref { name: String! }
  type Repository {
    databaseId: Int
    nameWithOwner: String!
    pullRequest(number: Int!): PullRequest
  }
  type LabelConnection { nodes: [Label] }
  type Label { name: String! }
  type PullRequest {
    number: Int!
    state: PullRequestState!
    closed: Boolean!
    closedAt: DateTime
    merged: Boolean!
    mergeable: MergeableState!
    isDraft: Boolean!
    isCrossRepository: Boolean!
    title: String!
    updatedAt: DateTime!
    baseRefName: String!
    headRef: Ref
    headRefName: String!
    headRefOid: GitObjectID!
    headRepository: Repository
    labels(first: Int!): LabelConnection
  }
`)

const LIMIT = 5_000

export const answerGraphql = async (state: State, identity: Identity, body: unknown) => {
  const { query, variables } = (body ?? {}) as { query?: string; variables?: Record<string, unknown> }
  if (typeof query !== 'string') throw new ApiError(400, 'A query attribute must be specified and must be a string.')
  const result = await graphql({
    schema,
    source: query,
    rootValue: root(state, identity),
    ...(variables && { variableValues: variables }),
  })
  const errors = result.errors?.map(({ message, path, locations, extensions }) => ({
    ...extensions,
    path,
    locations,
    message,
  }))
  return { status: 200, body: { ...(result.data !== undefined && { data: result.data }), ...(errors && { errors }) } }
}

const missing = (message: string) => new GraphQLError(message, { extensions: { type: 'NOT_FOUND' } })

/** GitHub takes no more ids than a page of a list has. */
const MOST_IDS = 100

const root = (state: State, identity: Identity) => ({
  nodes({ ids }: { ids: string[] }) {
    if (ids.length > MOST_IDS) throw new GraphQLError(`You may not provide more than ${MOST_IDS} node ids`)
    return ids.map((id) => deploymentNode(state, identity, id))
  },
  viewer: { login: identity.login },
  rateLimit: { cost: 1, limit: LIMIT, remaining: LIMIT - 1 },
  repository({ owner, name }: { owner: string; name: string }) {
    const repository = state.repository(`${owner}/${name}`)
    if (!repository || !isVisible(identity, repository))
      throw missing(`Could not resolve to a Repository with the name '${owner}/${name}'.`)
    return repositoryNode(repository)
  },
})

const isVisible = (identity: Identity, repository: Repository, need: Need = 'pull-requests:read') => {
  try {
    authorize(identity, repository, [need])
    return true
  } catch {
    return false
  }
}

/** GraphQL's Int has 32 bits: GitHub answers null for an id above that. */
const databaseId = (id: number) => (id < 2 ** 31 ? id : null)

const repositoryNode = (repository: Repository): object => ({
  databaseId: databaseId(repository.id),
  nameWithOwner: fullName(repository),
  pullRequest({ number }: { number: number }) {
    const pull = repository.pulls.get(number)
    if (!pull) throw missing(`Could not resolve to a PullRequest with the number of ${number}.`)
    return pullNode(repository, pull)
  },
})

const pullNode = (repository: Repository, pull: PullRequest) => ({
  number: pull.number,
  state: pull.merged ? 'MERGED' : pull.state.toUpperCase(),
  closed: pull.state === 'closed',
  closedAt: pull.closedAt,
  merged: pull.merged,
  mergeable: pull.state === 'closed' ? 'UNKNOWN' : pull.mergeable ? 'MERGEABLE' : 'CONFLICTING',
  isDraft: pull.draft,
  isCrossRepository: pull.head.repository !== repository,
  title: pull.title,
  updatedAt: pull.updatedAt,
  baseRefName: pull.base.ref,
  headRef: pull.head.repository.branches.has(pull.head.ref) ? { name: pull.head.ref } : null,
  headRefName: pull.head.ref,
  headRefOid: pull.head.sha,
  headRepository: repositoryNode(pull.head.repository),
  labels: ({ first }: { first: number }) => ({ nodes: pull.labels.slice(0, first).map((name) => ({ name })) }),
})

/** One that fails or is hidden is null, with an error beside it; the others are answered. */
const deploymentNode = (state: State, identity: Identity, id: string) => {
  for (const repository of state.repositories())
    for (const deployment of repository.deployments.values()) {
      if (nodeId('Deployment', deployment.id) !== id) continue
      if (isVisible(identity, repository, 'deployments:read')) return deploymentView(id, deployment)
      return new GraphQLError('Resource not accessible by integration', { extensions: { type: 'FORBIDDEN' } })
    }
  return missing(`Could not resolve to a node with the global id of '${id}'`)
}

const deploymentView = (id: string, { id: number, sha, body, statuses }: Deployment) => ({
  __typename: 'Deployment',
  id,
  databaseId: databaseId(number),
  state: stateOf(statuses.at(-1)?.body.state, body.transient_environment === true),
  task: body.task,
  environment: body.environment,
  commitOid: sha,
})

/** Not quite the names that REST takes. */
const stateOf = (state: unknown, isTransient: boolean): string => {
  if (state === undefined) return 'PENDING'
  if (state === 'success') return 'ACTIVE'
  if (state === 'inactive') return isTransient ? 'DESTROYED' : 'INACTIVE'
  return String(state).toUpperCase()
}
