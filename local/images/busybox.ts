import { chmod, copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cached, hashOf } from '../install/cache.ts'
import { unpacked, unpackPackages } from '../install/debian.ts'
import { writeImage } from './image-archive.ts'

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
  'kill',
  'mkdir',
]

/** The path of the image's archive. */
export const buildBusyboxImage = async (): Promise<string> => {
  const folder = await cached('image-busybox', await hashOf([], busyboxImage, ...APPLETS), async (unfinished) => {
    const work = await mkdtemp(join(unfinished, 'work.'))
    try {
      const [root, packages] = [join(work, 'root'), join(work, 'packages')]
      await unpackPackages(packages, 'busybox-static')
      await addBusybox(root, packages)
      await writeImage(join(unfinished, 'image.tar'), busyboxImage, root, { Entrypoint: [], Cmd: ['sh'] })
    } finally {
      await rm(work, { recursive: true })
    }
  })
  return join(folder, 'image.tar')
}

/** `packages` is a folder that busybox-static was unpacked into. */
export const addBusybox = async (root: string, packages: string): Promise<void> => {
  for (const folder of ['bin', 'tmp']) await mkdir(join(root, folder), { recursive: true })
  await chmod(join(root, 'tmp'), 0o1777)
  const program = join(root, 'bin/busybox')
  await copyFile(unpacked(packages, 'bin/busybox', 'usr/bin/busybox'), program)
  await chmod(program, 0o755)
  for (const name of APPLETS) await symlink('busybox', join(dirname(program), name))
}
