import { type Document, isMap, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { baseSchema, ownSchema, type PreviewConfig, unknownKey } from './config-schema.ts'
import type { Problem } from './errors.ts'

export const CONFIG_PATH = '.github/preview.yaml'

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
  const isOwn = typeof value === 'object' && value !== null && 'kustomization' in value
  const parsed = (isOwn ? ownSchema : baseSchema).safeParse(value)
  if (parsed.success) return { config: parsed.data }
  return {
    problems: parsed.error.issues.flatMap((issue) =>
      describe(issue, isOwn).map(({ path, message }) => ({
        message: `${path.join('.') || CONFIG_PATH}: ${message}`,
        ...at(offsetOf(document, path)),
      })),
    ),
  }
}

type Issue = z.core.$ZodIssue
const describe = (issue: Issue, isOwn: boolean): { path: PropertyKey[]; message: string }[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknownKey(key, isOwn) }))
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
