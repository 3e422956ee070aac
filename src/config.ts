import { type Document, isMap, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import { z } from 'zod'
import type { Problem } from './errors.ts'

export const CONFIG_PATH = '.github/preview.yaml'

/** A DNS label; 30 characters leave room for `<32 hex>-` in a host label of 63. */
const appName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    'an app name has lower-case letters, digits and hyphens, and begins with a letter',
  )
  .max(30)
const kubernetesName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'not a Kubernetes object name')
  .max(253)
// A second slash would make the next part a host when it is resolved against the app's URL.
const urlPath = z
  .string()
  .max(2048)
  .regex(/^\/(?![/\\])[^\s\\]*$/, 'write a path such as /healthz, without a host')
const quantities = z.record(z.string(), z.union([z.string(), z.number()]))
const image = z
  .string()
  .regex(/^[^\s@]+(@sha256:[0-9a-f]{64})?$/, 'an image is written repo, repo:tag or repo@sha256:…')
const command = z.array(z.string()).min(1)

const app = z.strictObject({
  image: image.describe('Image; without a tag or digest the head commit is the tag'),
  port: z.int().min(1).max(65535).describe('The port the container listens on'),
  health: urlPath.default('/').describe('Answers 2xx when the app is ready'),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
  secrets: z
    .array(kubernetesName)
    .default([])
    .describe("Secrets named in the install's shared-objects, read as environment variables"),
  command: command.optional(),
  migrate: z
    .strictObject({ image: image.optional().describe("Default: the app's own"), command })
    .optional()
    .describe('A Job that has to complete before the app is rolled out'),
  replicas: z.int().min(1).max(20).default(1),
  resources: z.strictObject({ requests: quantities.optional(), limits: quantities.optional() }).optional(),
  serviceAccount: kubernetesName.optional().describe('An existing one, used under its own name'),
  imagePullSecrets: z.array(kubernetesName).default([]),
  commit: z
    .union([z.strictObject({ header: z.string().min(1) }), z.strictObject({ path: z.string().min(1) })])
    .optional()
    .describe('Where the app says which commit it is: a response header, or a path in the JSON of `health`'),
})

const configSchema = z.strictObject({
  apps: z.record(appName, app).refine((apps) => Object.keys(apps).length > 0, 'name at least one app'),
  smoke: z.strictObject({ attempts: z.int().min(1).max(10) }).optional(),
})

export type App = z.infer<typeof app>
export type PreviewConfig = z.infer<typeof configSchema>

/** Reads `.github/preview.yaml`. All problems at once, each with its line. */
export const parseConfig = (text: string): { config: PreviewConfig } | { problems: Problem[] } => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const at = (offset: number | undefined): Pick<Problem, 'file' | 'line'> =>
    offset === undefined ? { file: CONFIG_PATH } : { file: CONFIG_PATH, line: lines.linePos(offset).line }

  if (document.errors.length > 0)
    return { problems: document.errors.map(({ message, pos }) => ({ message: withoutPlace(message), ...at(pos[0]) })) }
  keepEnvironmentAsWritten(document)

  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    return { problems: [{ message: (error as Error).message, ...at(undefined) }] } // an alias bomb
  }
  const parsed = configSchema.safeParse(value)
  if (parsed.success) return { config: parsed.data }
  return {
    problems: parsed.error.issues.flatMap((issue) =>
      describe(issue).map(({ path, message }) => ({
        message: `${path.join('.') || CONFIG_PATH}: ${message}`,
        ...at(offsetOf(document, path)),
      })),
    ),
  }
}

type Issue = z.core.$ZodIssue
const describe = (issue: Issue): { path: PropertyKey[]; message: string }[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'unknown key' }))
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path: issue.path, message }))
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  return [{ path: issue.path, message: missing ? 'is missing' : issue.message }]
}

/** The place of the deepest part of the path that exists: a missing key is reported at its parent. */
const offsetOf = (document: Document, path: readonly PropertyKey[]): number | undefined => {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = document.getIn(path.slice(0, depth - 1), true)
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === path[depth - 1])
      : undefined
    const node = pair?.key ?? (isMap(parent) ? undefined : document.getIn(path.slice(0, depth), true))
    const range = (node as { range?: [number, number, number] } | undefined)?.range
    if (range) return range[0]
  }
  return document.contents?.range?.[0]
}

/** An environment variable is text: `on`, `012`, `1e3` and `1.0` mean those characters, not what YAML makes of them. */
const keepEnvironmentAsWritten = (document: Document): void => {
  visit(document, {
    Pair: (_, pair, path) => {
      const keys = path.filter(isPair).map(({ key }) => (isScalar(key) ? key.value : undefined))
      const inEnv = keys.length === 3 && keys[0] === 'apps' && keys[2] === 'env'
      if (inEnv && isScalar(pair.value) && typeof pair.value.value !== 'string')
        pair.value.value = pair.value.source ?? ''
    },
  })
}

/** The parser quotes the line below its message, and names it again at the end. */
const withoutPlace = (message: string): string => message.replace(/( at line \d+, column \d+)?:?\n.*$/s, '')
