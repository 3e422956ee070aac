import { chmod, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { cached, hashOf } from '../install/cache.ts'
import { buildBusyboxImage } from './busybox.ts'
import { type ImageConfig, writeImage } from './image-archive.ts'

/** The demo application, and the tag other references to it are made from. */
export const appImage = 'preview.local/app:1'
export const pauseImage = 'kubebox.local/pause:1'

/** The name that kustomize-base/ has for it; what runs is a stand-in. */
export const shipperImage = 'cr.fluentbit.io/fluent/fluent-bit:4.1.1'

const appConfig = (program: string): ImageConfig => ({
  Entrypoint: [`/${basename(program)}`],
  User: '65532:65532',
  WorkingDir: '/',
  ExposedPorts: { '3000/tcp': {} },
})

export type Images = Record<'app' | 'pause' | 'busybox' | 'shipper', string>

/** Paths of the image archives, made from static programs. */
export const buildImages = async (programs: Record<'app' | 'pause' | 'shipper', string>): Promise<Images> => ({
  app: await imageOf(programs.app, appImage, appConfig(programs.app)),
  busybox: await buildBusyboxImage(),
  pause: await imageOf(programs.pause, pauseImage, { Entrypoint: ['/pause'], User: '65535:65535' }),
  shipper: await imageOf(
    programs.shipper,
    shipperImage,
    { Entrypoint: ['/fluent-bit/bin/fluent-bit'] },
    'fluent-bit/bin/fluent-bit',
  ),
})

/** Writes an application as a commit's build job would have pushed it: it says which commit it is. */
export const writeCommitImage = (
  archive: string,
  program: string,
  ref: string,
  commit: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const Env = Object.entries({ ...env, COMMIT: commit }).map(([name, value]) => `${name}=${value}`)
  return writeProgramImage(archive, program, ref, { ...appConfig(program), Env })
}

const imageOf = async (
  program: string,
  ref: string,
  config: ImageConfig,
  at: string = basename(program),
): Promise<string> => {
  const key = await hashOf([program], ref, JSON.stringify(config), at)
  const folder = await cached(`image-${basename(program)}`, key, (unfinished) =>
    writeProgramImage(join(unfinished, 'image.tar'), program, ref, config, at),
  )
  return join(folder, 'image.tar')
}

const writeProgramImage = async (
  archive: string,
  program: string,
  ref: string,
  config: ImageConfig,
  at: string = basename(program),
): Promise<void> => {
  const root = await mkdtemp(join(dirname(archive), 'root.'))
  try {
    await mkdir(dirname(join(root, at)), { recursive: true })
    await copyFile(program, join(root, at))
    await chmod(join(root, at), 0o755)
    await writeImage(archive, ref, root, config)
  } finally {
    await rm(root, { recursive: true })
  }
}
