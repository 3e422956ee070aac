import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached, hashOf } from '../install/cache.ts'
import { writeDockerArchive } from './docker-archive.ts'

/** A shell and small tools for init containers: Debian's program, under the name that manifests use. */
export const busyboxImage = 'public.ecr.aws/docker/library/busybox:1.37'

const APPLETS = [
  'sh',
  'nc',
  'sleep',
  'timeout',
  'wget',
  'cat',
  'echo',
  'env',
  'ls',
  'true',
  'false',
  'test',
  'date',
  'id',
]

const run = promisify(execFile)

/** The path of the image's archive. The package is unpacked and not installed: it would take a `busybox` away that is there. */
export const buildBusyboxImage = async (): Promise<string> => {
  const folder = await cached('image-busybox', await hashOf([], busyboxImage, ...APPLETS), async (unfinished) => {
    const work = await mkdtemp(join(unfinished, 'work.'))
    try {
      await writeDockerArchive(join(unfinished, 'image.tar'), busyboxImage, await rootWith(await program(work), work), {
        Entrypoint: [],
        Cmd: ['sh'],
      })
    } finally {
      await rm(work, { recursive: true })
    }
  })
  return join(folder, 'image.tar')
}

const program = async (work: string): Promise<string> => {
  const download = () => run('apt-get', ['--quiet', 'download', 'busybox-static'], { cwd: work, timeout: 120_000 })
  try {
    // A machine that has all other packages may never have fetched the lists of them.
    await download().catch(async () => {
      await run('apt-get', ['--quiet', 'update'], { timeout: 300_000 })
      await download()
    })
  } catch (cause) {
    throw new Error('Download the Debian package busybox-static: failed. Run apt-get update, then try again', { cause })
  }
  const [archive = ''] = (await readdir(work)).filter((name) => name.endsWith('.deb'))
  await run('dpkg-deb', ['--extract', archive, 'package'], { cwd: work })
  const places = ['package/bin/busybox', 'package/usr/bin/busybox'].map((place) => join(work, place))
  const found = places.find((place) => existsSync(place))
  if (found === undefined) throw new Error(`The package ${archive} has no bin/busybox: is it still what it was?`)
  return found
}

const rootWith = async (busybox: string, work: string): Promise<string> => {
  const root = join(work, 'root')
  for (const folder of ['bin', 'tmp']) await mkdir(join(root, folder), { recursive: true })
  await chmod(join(root, 'tmp'), 0o1777)
  await copyFile(busybox, join(root, 'bin/busybox'))
  await chmod(join(root, 'bin/busybox'), 0o755)
  for (const name of APPLETS) await symlink('busybox', join(root, 'bin', name))
  return root
}
