import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

/** Repositories of a test, each in a folder of its own; files by path, and a text that begins with `->` is a link. */
export const startTrees = async () => {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'trees-')))
  let made = 0
  return {
    folder,
    make: async (files: Record<string, string>): Promise<string> => {
      made += 1
      const root = path.join(folder, String(made), 'repository')
      await mkdir(root, { recursive: true })
      for (const [name, text] of Object.entries(files)) {
        const file = path.join(root, name)
        await mkdir(path.dirname(file), { recursive: true })
        await (text.startsWith('->') ? symlink(text.slice(2), file) : writeFile(file, text))
      }
      return root
    },
    close: () => rm(folder, { recursive: true }),
  }
}
export type Trees = Awaited<ReturnType<typeof startTrees>>

/** The file that most of these tests are about. */
export const FILE = 'k8s/kustomization.yaml'
export const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec: { containers: [{ name: a, image: a }] }\n'

/** What configures a generator or transformer that Kustomize has in itself. */
export const builtIn = (kind: string, fields: string): string =>
  `apiVersion: builtin\nkind: ${kind}\nmetadata: { name: a }\n${fields}\n`
