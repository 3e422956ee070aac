import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
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
  StopSignal?: string
}

/** What other images need to know of one they stand on. */
export type Image = { layers: Descriptor[]; config: ImageConfig }

export type Descriptor = { digest: string; size: number }

/** A layer is written as it is: to compress it for a reader on the same machine is only slower. */
const LAYER = 'application/vnd.oci.image.layer.v1.tar'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Writes `root`, a folder that becomes the image's `/`, as an image in OCI's layout, which `ctr images import` reads. The same content
 * always gives the same bytes. On top of `base` it is one more layer; those of `base` are not in the archive, so
 * that it is small: whoever reads it must have `base` already.
 */
export const writeImage = async (
  archive: string,
  ref: string,
  root: string,
  config: Partial<ImageConfig>,
  base: Image = { layers: [], config: { Entrypoint: [], Env: [PATH] } },
): Promise<Image> => {
  await mkdir(dirname(archive), { recursive: true })
  const parts = await mkdtemp(join(dirname(archive), 'archive.'))
  const blobs = join(parts, 'blobs/sha256')
  const add = async (content: string): Promise<Descriptor> => {
    const digest = createHash('sha256').update(content).digest('hex')
    await writeFile(join(blobs, digest), content)
    return { digest: `sha256:${digest}`, size: Buffer.byteLength(content) }
  }
  try {
    await mkdir(blobs, { recursive: true })
    const image: Image = {
      layers: [...base.layers, await addLayer(blobs, root)],
      config: { ...base.config, ...config, Env: [...(base.config.Env ?? []), ...(config.Env ?? [])] },
    }
    const configuration = await add(
      JSON.stringify({
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        os: 'linux',
        config: image.config,
        rootfs: { type: 'layers', diff_ids: image.layers.map(({ digest }) => digest) },
      }),
    )
    const manifest = await add(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: { mediaType: CONFIG, ...configuration },
        layers: image.layers.map((layer) => ({ mediaType: LAYER, ...layer })),
      }),
    )
    const named = { mediaType: MANIFEST, ...manifest, annotations: { 'io.containerd.image.name': ref } }
    await writeFile(join(parts, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }))
    await writeFile(join(parts, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
    await tar(archive, parts)
    return image
  } finally {
    await rm(parts, { recursive: true, force: true })
  }
}

const addLayer = async (blobs: string, root: string): Promise<Descriptor> => {
  // Whoever a container runs as has to come into its `/`; a folder made by mkdtemp is closed.
  await chmod(root, 0o755)
  const file = join(blobs, 'layer')
  await tar(file, root)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk)
  const digest = hash.digest('hex')
  await rename(file, join(blobs, digest))
  return { digest: `sha256:${digest}`, size: (await stat(join(blobs, digest))).size }
}

const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu']

const tar = async (archive: string, folder: string): Promise<void> => {
  await promisify(execFile)('tar', ['--create', `--file=${archive}`, ...reproducible, `--directory=${folder}`, '.'])
}
