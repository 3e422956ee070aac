import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The texts of a folder's files, as a repository that has the folder as its root. */
export const filesBelow = (root: string): Record<string, string> => {
  const all = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    all.map((entry) => {
      const file = path.join(entry.parentPath, entry.name)
      return [path.relative(root, file), readFileSync(file, 'utf8')]
    }),
  )
}
