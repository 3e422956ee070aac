import type { Answer } from './web.ts'

/** @throws Error when it is not JSON */
export const jsonOf = ({ said, status, text }: Answer): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`${said} answered ${status} with something that is not JSON`, { cause })
  }
}

/** By a dotted path, with numbers into lists; undefined where there is nothing. */
export const valueAt = (json: unknown, path: string): unknown => {
  let value = json
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
