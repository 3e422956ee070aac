import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'

/** Everything that is built or downloaded once. */
export const cacheRoot = (): string => process.env.EKS_PREVIEW_CACHE ?? join(homedir(), '.cache', 'eks-preview')

/**
 * The folder `<cache>/<name>-<key>`, filled by `build` when it is not there yet. It is built under another name and renamed
 * when complete, so a build that was killed leaves nothing that looks ready.
 */
export const cached = async (name: string, key: string, build: (folder: string) => Promise<void>): Promise<string> => {
  const folder = join(cacheRoot(), `${name}-${key}`)
  if (existsSync(folder)) return folder
  await removeKilledBuilds()
  const unfinished = `${folder}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  try {
    await build(unfinished)
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // Somebody else finished the same build first: theirs is as good.
    if (!existsSync(folder)) throw error
  }
  return folder
}

const removeKilledBuilds = async (): Promise<void> => {
  const names = await readdir(cacheRoot()).catch(() => [])
  for (const name of names) {
    const builder = /\.(\d+)$/.exec(name)?.[1]
    if (builder !== undefined && !existsSync(`/proc/${builder}`))
      await rm(join(cacheRoot(), name), { recursive: true, force: true })
  }
}

/** A short hash over the names and content of files, and over texts. */
export const hashOf = async (files: string[], ...texts: string[]): Promise<string> => {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${basename(file)}\0`).update(await readFile(file))
  return hash.update(texts.join('\0')).digest('hex').slice(0, 16)
}
