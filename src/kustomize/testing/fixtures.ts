import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

export const FIXTURES = path.resolve('test/fixtures')

/** Every kustomization there that can be built by itself, relative to `FIXTURES`. */
export const fixtures = async (): Promise<string[]> => {
  const found: string[] = []
  for (const file of (await readdir(FIXTURES, { recursive: true })).sort()) {
    if (path.basename(file) !== 'kustomization.yaml') continue
    const text = await readFile(path.join(FIXTURES, file), 'utf8')
    if (!/^kind: Component/m.test(text)) found.push(path.dirname(file))
  }
  return found
}
