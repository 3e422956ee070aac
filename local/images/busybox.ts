import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached } from '../install/cache.ts'
import { writeDockerArchive } from './docker-archive.ts'

const run = promisify(execFile)

/** Whose name the base `wait-for` has it by; here it is Debian's build of it, which is a little older. */
const IMAGE = 'public.ecr.aws/docker/library/busybox:1.37'
const APPLETS = ['sh', 'nc', 'sleep', 'date', 'true']

/** The path of the image's archive. The package is unpacked, not installed: it would replace the machine's own busybox. */
export const busyboxArchive = async (): Promise<string> => {
  const folder = await cached('image-busybox', 'debian', async (unfinished) => {
    const place = await mkdtemp(join(tmpdir(), 'busybox-'))
    try {
      await run('apt-get', ['download', 'busybox-static'], { cwd: place, timeout: 120_000 }).catch(async () => {
        // Without the lists of packages, as on a fresh machine.
        await run('apt-get', ['--quiet', 'update'], { timeout: 300_000 })
        await run('apt-get', ['download', 'busybox-static'], { cwd: place, timeout: 120_000 })
      })
      const [debian = ''] = await readdir(place)
      const root = join(place, 'root')
      await mkdir(root)
      await run('dpkg-deb', ['--extract', join(place, debian), root])
      for (const other of ['usr', 'etc']) await rm(join(root, other), { recursive: true, force: true })
      for (const applet of APPLETS) await symlink('busybox', join(root, 'bin', applet))
      await writeDockerArchive(join(unfinished, 'image.tar'), IMAGE, root, { Entrypoint: ['/bin/sh'] })
    } catch (cause) {
      throw new Error('The busybox image could not be made from the Debian package busybox-static', { cause })
    } finally {
      await rm(place, { recursive: true })
    }
  })
  return join(folder, 'image.tar')
}
