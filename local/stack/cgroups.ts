import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from './until.ts'

/** The cgroup below which a stack's pods live, known from the state folder alone: it outlives the processes and the folder. */
export const cgroupName = (root: string): string =>
  `eks-preview-${createHash('sha256').update(root).digest('hex').slice(0, 10)}`

export const makeCgroups = async (root: string): Promise<void> => {
  for (const folder of await cgroupFolders(root)) await mkdir(folder, { recursive: true })
}

export const removeCgroups = async (root: string): Promise<void> => {
  for (const folder of await cgroupFolders(root)) {
    // A cgroup is busy until the kernel has buried the last process in it.
    await until(`cgroup ${folder} to be empty`, 20, async () => {
      await removeTree(folder)
      return true
    })
  }
}

/** One in each hierarchy: a dozen with cgroup v1, a single one with v2. */
export const cgroupFolders = async (root: string): Promise<string[]> => {
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8')
  return mountinfo
    .split('\n')
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => join(line.split(' ')[4] ?? '', cgroupName(root)))
}

const removeTree = async (folder: string): Promise<void> => {
  if (!existsSync(folder)) return
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeTree(join(folder, entry.name))
  }
  await rmdir(folder)
}
