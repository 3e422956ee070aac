import type { Expectation, Json } from '../check-kinds.ts'
import { filled, filledJson, type Known } from './placeholders.ts'
import type { Answer } from './web.ts'

export type Expected = { statuses: number[]; json?: Json; text?: string }

export const expectedOf = (expect: Expectation | undefined, known: Known): Expected => {
  if (expect === undefined || typeof expect === 'number') return { statuses: expect === undefined ? [] : [expect] }
  const { json, status, text } = expect
  return {
    statuses: status === undefined ? [] : [status].flat(),
    ...(json !== undefined && { json: filledJson(json, known) }),
    ...(text !== undefined && { text: filled(text, known) }),
  }
}

/** Where a redirect is what is expected, it is the answer and not followed. */
export const followsRedirects = ({ statuses }: Expected): boolean => !statuses.some((one) => one >= 300 && one < 400)

/** What is not as expected, as the end of a sentence that begins with what was asked; undefined when all is. */
export const mismatch = ({ status, text }: Answer, expected: Expected): string | undefined => {
  const { json, statuses } = expected
  if (statuses.length === 0 ? status < 200 || status > 299 : !statuses.includes(status))
    return `answered ${status}, ${statuses.join(' or ') || 'success (2xx)'} was expected`
  if (expected.text !== undefined && !text.includes(expected.text))
    return `answered ${status} without the text ${shown(expected.text)}`
  if (json === undefined) return undefined
  const parsed = parse(text)
  if (parsed === undefined) return `answered ${status} with something that is not JSON`
  const difference = differenceIn(parsed.value, json, [])
  return difference && `answered ${status} with ${difference}`
}

const parse = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Objects may hold more than is expected; a list must hold each of those expected, in whatever order. */
const differenceIn = (actual: unknown, expected: Json, path: (string | number)[]): string | undefined => {
  const at = path.length === 0 ? '' : ` at ${path.join('.')}`
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${shown(actual)}${at}, a list was expected`
    const missing = expected.find((each) => actual.every((one) => differenceIn(one, each, []) !== undefined))
    return missing === undefined ? undefined : `a list${at} without ${shown(missing)}`
  }
  if (typeof expected !== 'object' || expected === null)
    return actual === expected ? undefined : `${shown(actual)}${at}, ${shown(expected)} was expected`
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual))
    return `${shown(actual)}${at}, an object was expected`
  for (const [key, each] of Object.entries(expected)) {
    const own = Object.hasOwn(actual, key) ? (actual as Record<string, unknown>)[key] : undefined
    const difference = differenceIn(own, each, [...path, key])
    if (difference !== undefined) return difference
  }
  return undefined
}

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
