import { readFile } from 'node:fs/promises'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '../..')

/** The published policy with its `<placeholders>` filled in, as a team does by hand; every one must get a value. */
export const publishedPolicy = async (
  file:
    | `${'install/iam/role' | 'install/iam/trust'}-policy.json`
    | `examples/two-apps/${'policy' | 'trust-policy'}.json`,
  values: Readonly<Record<string, string>>,
): Promise<string> => {
  const text = await readFile(path.join(ROOT, file), 'utf8')
  return text.replaceAll(/<([a-z-]+)>/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${file}: no value for <${name}>.`)
    return value
  })
}
