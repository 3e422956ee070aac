import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached, hashOf } from '../install/cache.ts'

const run = promisify(execFile)

/** Where a server runs: its folder must be open to users other than root, as servers refuse to run as root. */
export type DatabasePlace = { folder: string; host: string; port: number }

export type Admin = { username: string; password: string }

/** No login of its own, and on every machine. */
export const NOBODY = '65534'
/** Made beforehand, as a platform team does. */
export const NAMES = Array.from({ length: 12 }, (_, index) => `preview_${String(index + 1).padStart(2, '0')}`)
export const ADMIN = 'master'

/** The empty data folder of a server as `init` makes it, from the cache when it has been made before. */
export const initialData = (name: string, key: string[], init: (folder: string) => Promise<void>): Promise<string> =>
  hashOf([], ...key).then((hash) =>
    cached(name, hash, async (unfinished) => {
      // The cache may lie where only root comes, and this is not made by root.
      const folder = await mkdtemp(join(tmpdir(), 'eks-preview-data-'))
      try {
        await run('chown', [NOBODY, folder])
        await init(folder)
        await run('cp', ['--archive', `${folder}/.`, join(unfinished, 'data')])
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    }),
  )

/** A copy to work on. */
export const copyData = async (initial: string, { folder }: DatabasePlace): Promise<string> => {
  const data = join(folder, 'data')
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await run('cp', ['--archive', join(initial, 'data'), data])
  await run('chown', [NOBODY, folder])
  return data
}
