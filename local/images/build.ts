import { chmod, copyFile, mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cached, hashOf } from '../install/cache.ts'
import { type ImageConfig, writeDockerArchive } from './docker-archive.ts'

/** The demo application, and the tag other references to it are made from. */
export const appImage = 'preview.local/app:1'
export const pauseImage = 'kubebox.local/pause:1'

export type Images = Record<'app' | 'pause', string>

/** Paths of the image archives, made from the static programs. */
export const buildImages = async (programs: Record<'app' | 'pause', string>): Promise<Images> => ({
  app: await imageOf(programs.app, appImage, {
    Entrypoint: ['/app'],
    User: '65532:65532',
    WorkingDir: '/',
    ExposedPorts: { '3000/tcp': {} },
  }),
  pause: await imageOf(programs.pause, pauseImage, { Entrypoint: ['/pause'], User: '65535:65535' }),
})

const imageOf = async (program: string, ref: string, config: ImageConfig): Promise<string> => {
  const name = basename(program)
  const key = await hashOf([program], ref, JSON.stringify(config))
  const folder = await cached(`image-${name}`, key, async (unfinished) => {
    const root = join(unfinished, 'root')
    await mkdir(root)
    await copyFile(program, join(root, name))
    await chmod(join(root, name), 0o755)
    await writeDockerArchive(join(unfinished, 'image.tar'), ref, root, config)
    await rm(root, { recursive: true })
  })
  return join(folder, 'image.tar')
}
