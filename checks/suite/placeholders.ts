import type { Json } from '../check-kinds.ts'
import { valueAt } from './answer-json.ts'

/** What texts of a check may refer to: this attempt's marker, and the JSON of the answer before. */
export type Known = { marker: string; json?: unknown }

const PLACEHOLDER = /\{(marker|json(?:\.[\w-]+)+)\}/g
const WHOLE = /^\{(json(?:\.[\w-]+)+)\}$/

/** @throws Error when the answer before has no such value */
export const filled = (text: string, known: Known, write = (value: string): string => value): string =>
  text.replace(PLACEHOLDER, (_, name: string) => {
    const value = valueNamed(name, known)
    if (typeof value === 'object' && value !== null) throw new Error(`{${name}} is not one value but several`)
    return write(String(value))
  })

/** One value becomes one segment of the path, or one value of the query: it never leads elsewhere. */
export const filledPath = (path: string, known: Known): string => filled(path, known, encodeURIComponent)

/** A text that is one placeholder and nothing else becomes the value itself, a number for one. */
export const filledJson = (value: Json, known: Known): Json => {
  if (typeof value === 'string') {
    const [, name] = WHOLE.exec(value) ?? []
    return name === undefined ? filled(value, known) : (valueNamed(name, known) as Json)
  }
  if (Array.isArray(value)) return value.map((each) => filledJson(each, known))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filledJson(each, known)]))
}

const valueNamed = (name: string, { json, marker }: Known): unknown => {
  if (name === 'marker') return marker
  const path = name.slice('json.'.length)
  const value = valueAt(json, path)
  if (value === undefined || value === null)
    throw new Error(`the answer has no JSON value at ${path}, which {${name}} stands for`)
  return value
}
