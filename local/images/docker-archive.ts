import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export type ImageConfig = {
  Entrypoint: string[]
  Cmd?: string[]
  Env?: string[]
  /** Numeric, so that Kubernetes can verify runAsNonRoot. */
  User?: string
  WorkingDir?: string
  ExposedPorts?: Record<string, object>
}

/**
 * Writes `root` (a folder that becomes the image's `/`) as an image of one layer, in the form `docker save` has and
 * `ctr images import` reads. The same content always gives the same bytes.
 */
export const writeDockerArchive = async (
  archive: string,
  ref: string,
  root: string,
  config: ImageConfig,
): Promise<void> => {
  await mkdir(dirname(archive), { recursive: true })
  const parts = await mkdtemp(join(dirname(archive), 'archive.'))
  try {
    await tar(join(parts, 'layer.tar'), root)
    const layer = await readFile(join(parts, 'layer.tar'))
    const image = JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], ...config },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    })
    const configName = `${sha256(image)}.json`
    await writeFile(join(parts, configName), image)
    await writeFile(
      join(parts, 'manifest.json'),
      JSON.stringify([{ Config: configName, RepoTags: [ref], Layers: ['layer.tar'] }]),
    )
    await tar(archive, parts)
  } finally {
    await rm(parts, { recursive: true, force: true })
  }
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu']

const tar = async (archive: string, folder: string): Promise<void> => {
  await promisify(execFile)('tar', ['--create', `--file=${archive}`, ...reproducible, `--directory=${folder}`, '.'])
}
