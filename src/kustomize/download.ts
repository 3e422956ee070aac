import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar'
import { EnvHttpProxyAgent, fetch } from 'undici'
import { PreviewError } from '../errors.ts'

/** A release whose archives hold one program, and what each of them must be. */
export type Release = {
  version: string
  /** The archive's address without `_linux_amd64.tar.gz`. */
  url: string
  sha256: Record<string, string>
}

const PINNED: Release = {
  version: '5.8.1',
  url: 'https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv5.8.1/kustomize_v5.8.1',
  sha256: {
    linux_amd64: '029a7f0f4e1932c52a0476cf02a0fd855c0bb85694b82c338fc648dcb53a819d',
    linux_arm64: '0953ea3e476f66d6ddfcd911d750f5167b9365aa9491b2326398e289fef2c142',
    darwin_amd64: 'ee7cf0c1e3592aa7bb66ba82b359933a95e7f2e0b36e5f53ed0a4535b017f2f8',
    darwin_arm64: '8886f8a78474e608cc81234f729fda188a9767da23e28925802f00ece2bab288',
  },
}

/** Five megabytes; more than a minute means that it hangs. */
const TIMEOUT = 60_000
const MOST_BYTES = 64 * 2 ** 20

type Options = {
  /** Where programs are kept from run to run: the runner's tool cache. */
  cacheFolder: string
  signal: AbortSignal
  release?: Release
  timeout?: number
}

/** The program's path, in the cache from now on. */
export const downloadKustomize = async (options: Options): Promise<string> => {
  const { cacheFolder, release = PINNED } = options
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const platform = `${process.platform}_${architecture}`
  const sha256 = release.sha256[platform]
  if (sha256 === undefined) throw new PreviewError('NotFound', `there is no kustomize for ${platform}`)
  const parent = path.join(cacheFolder, 'kustomize', release.version)
  const folder = path.join(parent, platform)
  if (!(await isThere(folder))) {
    const archive = await fetched(`${release.url}_${platform}.tar.gz`, options)
    const found = createHash('sha256').update(archive).digest('hex')
    if (found !== sha256)
      throw new PreviewError(
        'Unavailable',
        `kustomize ${release.version} is not what it should be: its checksum is ${found}`,
        {
          object: `${release.url}_${platform}.tar.gz`,
          hint: 'something on the way changed it: install kustomize in a step before, or allow the runner to reach GitHub directly',
        },
      )
    await unpack(archive, parent, folder)
  }
  return path.join(folder, 'kustomize')
}

const fetched = async (url: string, { signal, timeout = TIMEOUT }: Options): Promise<Buffer> => {
  const limit = AbortSignal.timeout(timeout)
  const dispatcher = new EnvHttpProxyAgent()
  try {
    const response = await fetch(url, { dispatcher, signal: AbortSignal.any([signal, limit]) })
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length
      if (bytes > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES / 2 ** 20} MiB`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (cause) {
    signal.throwIfAborted()
    const why = limit.aborted ? `not within ${timeout / 1000} s` : reasonOf(cause)
    throw new PreviewError('Unavailable', `kustomize could not be downloaded: ${why}`, { object: url, cause })
  } finally {
    await dispatcher.destroy()
  }
}

/** `fetch` says "fetch failed", and what failed in the cause. */
const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error
  return cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : message
}

/** Made beside its place and renamed, so that a run that was killed, or two at once, leave nothing half done. */
const unpack = async (archive: Buffer, parent: string, folder: string): Promise<void> => {
  await mkdir(parent, { recursive: true })
  const unfinished = await mkdtemp(path.join(parent, 'unfinished-'))
  try {
    const filter = (name: string) => name === 'kustomize'
    await pipeline(Readable.from([archive]), extract({ cwd: unfinished, strict: true, filter }))
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (!(await isThere(folder))) throw error
  }
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
