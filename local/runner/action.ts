import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

// Names are case-insensitive in action.yml as everywhere in the runner; unknown keys are GitHub's business, not ours.
const metadata = z.object({
  name: z.string(),
  inputs: z
    .record(z.string(), z.object({ default: z.union([z.string(), z.number(), z.boolean()]).optional() }).nullable())
    .default({}),
  runs: z.object({ using: z.literal('node24'), main: z.string(), post: z.string().optional() }),
})

export type Action = z.infer<typeof metadata>

export const loadAction = async (actionDir: string): Promise<Action> => {
  const file = path.join(actionDir, 'action.yml')
  const found = metadata.safeParse(parse(await readFile(file, 'utf8')))
  if (!found.success) throw new Error(`${file} is not a node24 action: ${z.prettifyError(found.error)}`)
  return found.data
}

/** The INPUT_ variables of a step's `with:`, and the runner's warning about names the action does not declare. */
export const inputVariables = (action: Action, given: Record<string, string>, token: string) => {
  const declared = Object.keys(action.inputs)
  const lower = new Set(declared.map((name) => name.toLowerCase()))
  const unexpected = Object.keys(given).filter((name) => !lower.has(name.toLowerCase()))
  const defaults = declared.map((name) => [name, defaultValue(name, action.inputs[name]?.default, token)] as const)
  const values = [...defaults, ...Object.entries(given)]
  return {
    variables: Object.fromEntries(
      values.map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
    ),
    warning:
      unexpected.length > 0
        ? `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${declared.join("', '")}']`
        : undefined,
  }
}

const defaultValue = (name: string, value: string | number | boolean = '', token: string) => {
  const text = String(value).replace(/\$\{\{\s*github\.token\s*\}\}/, token)
  if (text.includes('${{'))
    throw new Error(`input ${name}: the harness evaluates no expression but github.token: ${text}`)
  return text
}
