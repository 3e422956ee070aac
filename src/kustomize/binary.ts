import { execFile } from 'node:child_process'
import { access, constants, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { PreviewError } from '../errors.ts'
import type { Kustomize } from './kustomize.ts'
import { parseManifests } from './manifests.ts'

const run = promisify(execFile)

/** One build takes under 100 ms; a minute means it hangs. */
const TIMEOUT = 60_000
const MOST_OUTPUT = 64 * 2 ** 20

/** Finds `kustomize`, or the one inside `kubectl`, on the PATH given. */
export const findKustomize = async (searchPath: string): Promise<Kustomize> => {
  const kustomize = await onPath('kustomize', searchPath)
  const kubectl = kustomize ? undefined : await onPath('kubectl', searchPath)
  const file = kustomize ?? kubectl
  if (file === undefined)
    throw new PreviewError('NotFound', 'neither kustomize nor kubectl is on the PATH', {
      hint: 'GitHub’s ubuntu runners have both; on your own runner install kustomize 5 or kubectl 1.27 or newer',
    })
  const version = kustomize ? await versionOf(file) : 'kubectl'
  return {
    version,
    build: (folder) => build(file, kustomize ? ['build', folder] : ['kustomize', folder]),
  }
}

/** `(devel)` and other unreadable versions pass: what cannot be read is not refused. */
const versionOf = async (file: string): Promise<string> => {
  const version = (await run(file, ['version'], { timeout: TIMEOUT, env: {} })).stdout.trim()
  const [, major] = /v(\d+)\.\d+\.\d+/.exec(version) ?? []
  if (version.includes('v5.8.0') || (major !== undefined && Number(major) < 5))
    throw new PreviewError('RenderFailed', `kustomize ${version} cannot be used`, {
      object: file,
      hint: 'use kustomize 5.0 or newer, but not 5.8.0, which puts objects into the wrong namespace',
    })
  return `kustomize ${version}`
}

/**
 * Kustomize has no switch that forbids remote bases. With no `git` on the PATH, a proxy that refuses and an empty home it has
 * no way to fetch one, and fails at once. Only loopback stays open, which no Go program asks a proxy for: what a pull
 * request writes must not reach a kustomization's URLs unseen.
 */
const build = async (file: string, args: string[]): ReturnType<Kustomize['build']> => {
  const empty = await mkdtemp(path.join(os.tmpdir(), 'eks-preview-'))
  const nowhere = 'http://127.0.0.1:9'
  const env = { PATH: empty, HOME: empty, TMPDIR: empty, HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, NO_PROXY: '' }
  try {
    const { stdout } = await run(file, args, { env, timeout: TIMEOUT, maxBuffer: MOST_OUTPUT })
    return parseManifests(stdout)
  } catch (cause) {
    const { stderr } = cause as { stderr?: string }
    throw new PreviewError('RenderFailed', `kustomize: ${(stderr || (cause as Error).message).trim()}`, {
      cause,
    })
  } finally {
    await rm(empty, { recursive: true, force: true })
  }
}

const onPath = async (name: string, searchPath: string): Promise<string | undefined> => {
  for (const folder of searchPath.split(path.delimiter).filter(path.isAbsolute)) {
    const file = path.join(folder, name)
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (found) return file
  }
  return undefined
}
