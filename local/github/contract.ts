import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

type Schema = Record<string, unknown>
type Parameter = { in: string; name: string; required?: boolean; schema: Schema }
type Body = { content?: Record<string, { schema?: Schema }>; required?: boolean }
type Described = {
  operationId: string
  parameters: (Parameter | { $ref: string })[]
  requestBody?: Body
  responses: Record<string, Body | { $ref: string }>
}
type Slice = {
  paths: Record<string, Record<string, Described>>
  components: {
    schemas: Record<string, { properties?: Schema }>
    examples: Record<string, { value: unknown }>
  } & Schema
}

export type Operation = {
  /** GitHub's own name, as `issues/create-comment`. */
  id: string
  params: Record<string, string>
  /** What GitHub would object to, in its words; empty when it would accept. */
  objections(query: URLSearchParams, body: unknown): string[]
  /** How an answer of ours differs from what GitHub says it answers; empty when it does not. */
  breaches(status: number, body: unknown): string[]
}

const JSON_TYPE = 'application/json'

export type Contract = ReturnType<typeof createContract>

/** GitHub's published description of the operations in openapi.json, made into judges of requests and answers. */
export const createContract = () => {
  const slice = JSON.parse(readFileSync(new URL('openapi.json', import.meta.url), 'utf8')) as Slice
  const judges = createJudges(slice)
  const routes = routesOf(slice)
  return {
    find(method: string, pathname: string): Operation | undefined {
      const verb = method.toLowerCase()
      for (const { path, pattern, operations } of routes) {
        const described = operations[verb]
        const match = described && pattern.exec(pathname)
        if (match) return operationOf(slice, judges, { path, verb, described }, decoded(match.groups ?? {}))
      }
      return undefined
    },
    /** A fresh copy of GitHub's own example answer. */
    example: (name: string) => structuredClone(slice.components.examples[name]?.value) as Record<string, unknown>,
    /** The property names of a schema. */
    fields: (schema: string) => Object.keys(slice.components.schemas[schema]?.properties ?? {}),
  }
}

type Judges = ReturnType<typeof createJudges>

/** Compiled when first asked for: all of them take a second. */
const createJudges = (slice: Slice) => {
  const options = { strict: false, allErrors: true, validateSchema: false } as const
  const ajv = formats.default(new Ajv(options)).addSchema(slice, 'github')
  // Query values come as text: only here "2" is a number.
  const coercing = formats.default(new Ajv({ ...options, coerceTypes: true })).addSchema(slice, 'github')
  const compiled = new Map<string, ValidateFunction>()
  const once = (key: string, compile: () => ValidateFunction) => {
    const known = compiled.get(key) ?? compile()
    compiled.set(key, known)
    return known
  }
  return {
    body: (pointer: string) => once(pointer, () => ajv.compile({ $ref: `github#${pointer}` })),
    query: (pointer: string, parameters: Parameter[]) =>
      once(`${pointer}?`, () => coercing.compile(querySchema(parameters))),
  }
}

type Place = { path: string; verb: string; described: Described }

const operationOf = (
  slice: Slice,
  judges: Judges,
  { path, verb, described }: Place,
  params: Record<string, string>,
): Operation => {
  const id = described.operationId
  const pointer = `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${verb}`
  return {
    id,
    params,
    objections(query, body) {
      const parameters = described.parameters.map((it) => resolved(slice, it)).filter((it) => it.in === 'query')
      const accepts = judges.query(pointer, parameters)
      const found = accepts(Object.fromEntries(query)) ? [] : objectionsOf(accepts.errors)
      if (!described.requestBody?.content?.[JSON_TYPE]) return found
      if (body === undefined) return described.requestBody.required ? [...found, 'Problems parsing JSON'] : found
      const isFine = judges.body(`${pointer}/requestBody/content/application~1json/schema`)
      return isFine(body) ? found : [...found, ...objectionsOf(isFine.errors)]
    },
    breaches(status, body) {
      const response = described.responses[status]
      if (!response) return status < 400 ? [`${id} never answers ${status}`] : []
      const hasSchema = resolved<Body>(slice, response).content?.[JSON_TYPE] !== undefined
      if (!hasSchema || body === undefined || Buffer.isBuffer(body)) return []
      const base = '$ref' in response ? response.$ref.slice(1) : `${pointer}/responses/${status}`
      const isFine = judges.body(`${base}/content/application~1json/schema`)
      return isFine(body) ? [] : (isFine.errors ?? []).map((error) => `${id} ${error.instancePath} ${error.message}`)
    },
  }
}

const resolved = <T extends object>(slice: Slice, value: T | { $ref: string }): T => {
  if (!('$ref' in value)) return value
  const keys = value.$ref.slice(2).split('/')
  return keys.reduce<unknown>((node, key) => (node as Schema)[key], slice) as T
}

const decoded = (groups: Record<string, string>) =>
  Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]))

/** Literal paths first, so that /issues/comments/7 is not issue "comments". Only a path or a ref may hold slashes, at the end. */
const routesOf = (slice: Slice) => {
  const variables = (path: string) => path.split('{').length
  return Object.entries(slice.paths)
    .sort(([a], [b]) => variables(a) - variables(b))
    .map(([path, operations]) => {
      const pattern = path
        .replace(/\{(path|ref)\}$/, '(?<$1>.+)')
        .replace(/\{(\w+_id|\w+_number)\}/g, '(?<$1>\\d+)')
        .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')
      return { path, pattern: new RegExp(`^${pattern}$`), operations }
    })
}

const querySchema = (parameters: Parameter[]): Schema => ({
  type: 'object',
  properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, absolute(schema)])),
  required: parameters.filter(({ required }) => required).map(({ name }) => name),
  additionalProperties: false,
})

const absolute = (schema: Schema): Schema =>
  typeof schema.$ref === 'string' ? { $ref: `github${schema.$ref}` } : schema

const objectionsOf = (errors: ErrorObject[] | null | undefined) =>
  (errors ?? []).map(({ keyword, params, instancePath, message }) => {
    if (keyword === 'additionalProperties') return `"${params.additionalProperty}" is not a permitted key.`
    if (keyword === 'required') return `"${params.missingProperty}" wasn't supplied.`
    return `For 'properties${instancePath}', ${message}.`
  })
