import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The text of every file below a folder, by its path there. */
export const filesIn = (root: string): Record<string, string> => {
  const all = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    all.map((entry) => {
      const file = path.join(entry.parentPath, entry.name)
      return [path.relative(root, file), readFileSync(file, 'utf8')]
    }),
  )
}
