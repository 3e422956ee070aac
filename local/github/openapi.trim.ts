// Makes openapi.json: the operations the local GitHub answers, their schemas and one example answer each, cut out of GitHub's own
// description. The source package weighs 385 MB, so it is fetched for the occasion only:
//
//   npm pack @octokit/openapi@23.0.2 && tar -xzf octokit-openapi-23.0.2.tgz package/generated/api.github.com.json
//   node local/github/openapi.trim.ts package/generated/api.github.com.json > local/github/openapi.json
import { readFileSync } from 'node:fs'

type Json = null | string | number | boolean | Json[] | { [key: string]: Json }
type Node = { [key: string]: Json }

const REPO = '/repos/{owner}/{repo}'
const OPERATIONS: Record<string, string[]> = {
  '/rate_limit': ['get'],
  '/user': ['get'],
  [REPO]: ['get'],
  [`${REPO}/check-runs`]: ['post'],
  [`${REPO}/check-runs/{check_run_id}`]: ['get', 'patch'],
  [`${REPO}/collaborators/{username}/permission`]: ['get'],
  [`${REPO}/commits/{ref}/check-runs`]: ['get'],
  [`${REPO}/commits/{ref}/status`]: ['get'],
  [`${REPO}/contents/{path}`]: ['get'],
  [`${REPO}/deployments`]: ['get', 'post'],
  [`${REPO}/deployments/{deployment_id}`]: ['get', 'delete'],
  [`${REPO}/deployments/{deployment_id}/statuses`]: ['get', 'post'],
  [`${REPO}/environments`]: ['get'],
  [`${REPO}/environments/{environment_name}`]: ['get', 'delete'],
  [`${REPO}/git/blobs/{file_sha}`]: ['get'],
  [`${REPO}/git/commits/{commit_sha}`]: ['get'],
  [`${REPO}/git/trees/{tree_sha}`]: ['get'],
  [`${REPO}/issues/comments/{comment_id}`]: ['get', 'patch', 'delete'],
  [`${REPO}/issues/comments/{comment_id}/reactions`]: ['get', 'post'],
  [`${REPO}/issues/{issue_number}/comments`]: ['get', 'post'],
  [`${REPO}/issues/{issue_number}/labels`]: ['get'],
  [`${REPO}/pulls`]: ['get'],
  [`${REPO}/pulls/{pull_number}`]: ['get'],
  [`${REPO}/statuses/{sha}`]: ['post'],
  [`${REPO}/tarball/{ref}`]: ['get'],
}

// What the big objects of the local GitHub start from, so that they have every field the real ones have.
const EXAMPLES = ['full-repository-default-response', 'issue-comment', 'pull-request']

const PROSE = new Set([
  'description',
  'summary',
  'externalDocs',
  'tags',
  'example',
  'examples',
  'x-github',
  'title',
  'deprecated',
])

const [, , file] = process.argv
if (!file) throw new Error('usage: node local/github/openapi.trim.ts <api.github.com.json>')
const source = JSON.parse(readFileSync(file, 'utf8')) as Node

const isNode = (value: Json | undefined): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const at = (pointer: string) =>
  pointer.split('/').reduce<Json | undefined>((node, key) => (isNode(node) ? node[key] : undefined), source)

/** Without prose. `properties` holds names, not keywords: a property called `description` stays. */
const bare = (value: Json, isNames = false): Json => {
  if (Array.isArray(value)) return value.map((item) => bare(item))
  if (!isNode(value)) return value
  const kept = Object.entries(value).filter(([key]) => isNames || !PROSE.has(key))
  return mended(Object.fromEntries(kept.map(([key, item]) => [key, bare(item, !isNames && key === 'properties')])))
}

/** Two places where the description forbids what GitHub itself answers: null in a nullable enum, '' as the default of a URI. */
const mended = ({ format, ...schema }: Node): Node => ({
  ...schema,
  ...(schema.nullable === true && Array.isArray(schema.enum) && { enum: [...schema.enum, null] }),
  ...(format !== undefined && schema.default !== '' && { format }),
})

/** GitHub says "… is not a permitted key", its description does not: objects in request bodies take no unknown keys. */
const closed = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(closed)
  if (!isNode(value)) return value
  const node = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)]))
  return 'properties' in node && !('additionalProperties' in node) ? { ...node, additionalProperties: false } : node
}

const operation = (path: string, method: string): Json => {
  const found = at(`paths`) as Node
  const node = isNode(found[path]) ? found[path][method] : undefined
  if (!isNode(node)) throw new Error(`no operation ${method} ${path}`)
  const { operationId, parameters, requestBody, responses } = bare(node) as Node
  return {
    operationId: operationId ?? '',
    parameters: parameters ?? [],
    ...(requestBody && { requestBody: closed(requestBody) }),
    responses: responses ?? {},
  }
}

const paths = Object.fromEntries(
  Object.entries(OPERATIONS).map(([path, methods]) => [
    path,
    Object.fromEntries(methods.map((method) => [method, operation(path, method)])),
  ]),
)

const components: Record<string, Node> = {}
const collect = (value: Json) => {
  if (typeof value !== 'object' || value === null) return
  const reference = isNode(value) ? value.$ref : undefined
  if (typeof reference === 'string') add(reference)
  for (const item of Object.values(value)) collect(item)
}
const add = (reference: string) => {
  const [, , kind = '', name = ''] = reference.split('/')
  components[kind] ??= {}
  if (name in components[kind]) return
  const component = bare(at(`components/${kind}/${name}`) as Json)
  components[kind][name] = component
  collect(component)
}
collect(paths)
components.examples = Object.fromEntries(EXAMPLES.map((name) => [name, at(`components/examples/${name}`) as Json]))

process.stdout.write(
  `${JSON.stringify({ openapi: source.openapi ?? '', info: source.info ?? {}, paths, components })}\n`,
)
