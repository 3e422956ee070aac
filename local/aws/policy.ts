import { readFile } from 'node:fs/promises'
import path from 'node:path'

const PUBLISHED = path.join(import.meta.dirname, '../../install/iam')

/** The published policy with its `<placeholders>` filled in, as a team does by hand; every one must get a value. */
export const publishedPolicy = async (
  file: 'role-policy.json' | 'trust-policy.json',
  values: Readonly<Record<string, string>>,
): Promise<string> => {
  const text = await readFile(path.join(PUBLISHED, file), 'utf8')
  return text.replaceAll(/<([a-z-]+)>/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${file}: no value for <${name}>.`)
    return value
  })
}
