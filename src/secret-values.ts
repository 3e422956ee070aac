import type { Problem } from './errors.ts'

/** What an app names in `secrets`: objects, and in upper case, which no object's name may be, variables that the workflow hands over. */
const VARIABLE = '[A-Z_][A-Z0-9_]*'
export const SECRET_VARIABLE = new RegExp(`^${VARIABLE}$`)

export const handedIn = (secrets: readonly string[]): string[] => secrets.filter((name) => SECRET_VARIABLE.test(name))
export const sharedIn = (secrets: readonly string[]): string[] => secrets.filter((name) => !SECRET_VARIABLE.test(name))

/** The input `secrets`: one `NAME=value` a line. Not a word of a value may be in what is said about them. */

const LINE = new RegExp(`^(${VARIABLE})=(.*)$`)

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim())

/** By name. A value is what stands behind the equals sign, quotes and all. */
export const parseSecrets = (text: string, problems: Problem[]): Record<string, string> => {
  const values: Record<string, string> = {}
  for (const [index, line] of linesOf(text).entries()) {
    if (line === '') continue
    const [, name, value] = LINE.exec(line) ?? []
    if (name !== undefined && value !== undefined) values[name] = value
    else
      problems.push({
        message: `secrets: line ${index + 1} is not NAME=value`,
        hint: 'write one secret a line, the name in upper case; a value of several lines goes as base64',
      })
  }
  return values
}

/**
 * What must not be seen of them: the values, as base64 too, which is how an object of Kubernetes has them; and whatever is no
 * `NAME=value`, which may be the rest of one.
 */
export const secretsOf = (text: string): string[] =>
  linesOf(text).flatMap((line) => {
    const secret = LINE.exec(line)?.[2] ?? line
    return secret === '' ? [] : [secret, Buffer.from(secret).toString('base64')]
  })
