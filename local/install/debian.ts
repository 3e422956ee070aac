import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Unpacks Debian packages into `folder`. They are not installed: that would start services on this machine, or
 * take away what is there under the same name.
 */
export const unpackPackages = async (folder: string, ...packages: string[]): Promise<void> => {
  const work = `${folder}.packages`
  await mkdir(work, { recursive: true })
  const download = () => run('apt-get', ['--quiet', 'download', ...packages], { cwd: work, timeout: 120_000 })
  try {
    // A machine that has all other packages may never have fetched the lists of them, or have old ones.
    await download().catch(async () => {
      await run('apt-get', ['--quiet', 'update'], { timeout: 300_000 })
      await download()
    })
  } catch (cause) {
    const names = packages.join(' ')
    throw new Error(`Download of Debian packages failed. Run \`apt-get download ${names}\` to see why.`, { cause })
  }
  for (const name of await readdir(work)) await run('dpkg-deb', ['--extract', join(work, name), folder])
  await rm(work, { recursive: true })
}

/** The first of these paths that `folder` has; Debian keeps some programs here or there. */
export const unpacked = (folder: string, ...paths: string[]): string => {
  const found = paths.map((path) => join(folder, path)).find((path) => existsSync(path))
  if (found === undefined) throw new Error(`The Debian package has no ${paths[0]}: is it still what it was?`)
  return found
}

const TRIPLET = process.arch === 'x64' ? 'x86_64-linux-gnu' : 'aarch64-linux-gnu'

/**
 * Copies what the programs (paths in `root`) need to start, the loader included: from `packages`, a folder that packages were
 * unpacked into, or else from this machine.
 */
export const addLibraries = async (root: string, programs: string[], packages: string): Promise<void> => {
  const env = { ...process.env, LD_LIBRARY_PATH: join(packages, 'usr/lib', TRIPLET) }
  const files = programs.map((program) => join(root, program))
  const { stdout } = await run('ldd', files, { env, maxBuffer: 1 << 24 })
  const missing = /(\S+) => not found/.exec(stdout)?.[1]
  if (missing !== undefined)
    throw new Error(`One of ${programs.join(', ')} needs ${missing}, which is in no package here.`)
  const libraries = new Set([...stdout.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, library = '']) => library))
  for (const library of libraries) {
    const to = join(root, library.replace(packages, ''))
    await mkdir(dirname(to), { recursive: true })
    await cp(library, to, { dereference: true })
  }
}
