import { execFile } from 'node:child_process'
import { access, constants, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { causeChain, PreviewError } from '../errors.ts'
import type { Kustomize } from './kustomize.ts'
import { parseManifests } from './manifests.ts'

const run = promisify(execFile)

/** One build takes under 100 ms; a minute means it hangs. */
const TIMEOUT = 60_000
const MOST_OUTPUT = 8 * 2 ** 20
/** KiB of address space, of which a Go program reserves a third for nothing. */
const MOST_MEMORY = 2_000_000

/**
 * Finds `kustomize`, or the one inside `kubectl`, on the PATH given; a version that cannot be used is passed over. `download`
 * gets one when there is none, and says where it is.
 */
export const findKustomize = async (searchPath: string, download?: () => Promise<string>): Promise<Kustomize> => {
  const reasons: string[] = []
  for (const { name, subcommand, versionOf } of PROGRAMS) {
    const file = await onPath(name, searchPath)
    const version = file && (await versionOf(file).catch((error: Error) => reasons.push(`${file}: ${error.message}`)))
    if (typeof version !== 'string' || file === undefined) continue
    return kustomizeAt(file, subcommand, version)
  }
  const missing = reasons.length > 0 ? reasons.join('; ') : 'neither kustomize nor kubectl is on the PATH'
  const file = await download?.().catch((cause) => {
    throw notFound(`${missing}, and ${causeChain(cause)[0]}`, cause)
  })
  if (file === undefined) throw notFound(missing)
  return kustomizeAt(file, ['build'], await kustomizeVersion(file))
}

const notFound = (message: string, cause?: unknown) =>
  new PreviewError('NotFound', message, {
    object: 'PATH',
    hint: 'install kustomize 5 (not 5.8.0) or kubectl 1.27 or newer in a step before; GitHub’s ubuntu runners have both',
    cause,
  })

const kustomizeAt = (file: string, subcommand: readonly string[], version: string): Kustomize => ({
  version,
  build: (folder) => build(file, [...subcommand, folder]),
})

const answer = async (file: string, ...args: string[]): Promise<string> =>
  (await run(file, args, { timeout: TIMEOUT, env: {} })).stdout.trim()

const kustomizeVersion = async (file: string): Promise<string> => `kustomize ${usable(await answer(file, 'version'))}`

/** The kustomize within is of another version: 1.27 has the first that can be used. */
const kubectlVersion = async (file: string): Promise<string> => {
  const { clientVersion, kustomizeVersion } = JSON.parse(await answer(file, 'version', '--client', '--output=json'))
  return `kubectl ${clientVersion?.gitVersion} with kustomize ${usable(kustomizeVersion ?? 'v4 or older')}`
}

/** `(devel)` and other versions that cannot be read pass. */
const usable = (version: string): string => {
  const [, major] = /v(\d+)/.exec(version) ?? []
  if (version.includes('v5.8.0'))
    throw new Error('kustomize v5.8.0 cannot be used: it puts objects into the wrong namespace')
  if (major !== undefined && Number(major) < 5)
    throw new Error(`kustomize ${version} cannot be used: it is older than v5.0.0`)
  return version
}

const PROGRAMS = [
  { name: 'kustomize', subcommand: ['build'], versionOf: kustomizeVersion },
  { name: 'kubectl', subcommand: ['kustomize'], versionOf: kubectlVersion },
] as const

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

/**
 * Kustomize has no switch that forbids remote bases. With no `git` on the PATH, a proxy that refuses and an empty home it has
 * no way to fetch one, and fails at once. Only loopback stays open, which no Go program asks a proxy for: that a build of what
 * strangers wrote names no URL is `scanSources`' affair.
 */
const build = async (file: string, args: string[]): ReturnType<Kustomize['build']> => {
  const empty = await mkdtemp(path.join(os.tmpdir(), 'eks-preview-'))
  const nowhere = 'http://127.0.0.1:9'
  const env = { PATH: empty, HOME: empty, TMPDIR: empty, HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, NO_PROXY: '' }
  try {
    const { stdout } = await run(...bounded(file, args), { env, timeout: TIMEOUT, maxBuffer: MOST_OUTPUT })
    return parseManifests(stdout)
  } catch (cause) {
    throw new PreviewError('RenderFailed', `kustomize: ${reasonOf(cause)}`, { cause })
  } finally {
    await rm(empty, { recursive: true, force: true })
  }
}

/** A patch of a few lines can double what it patches thirty times over. Elsewhere no limit is kept. */
const bounded = (file: string, args: string[]): [file: string, args: string[]] =>
  process.platform === 'linux'
    ? ['/bin/sh', ['-c', `ulimit -v ${MOST_MEMORY}; exec "$0" "$@"`, file, ...args]]
    : [file, args]

const reasonOf = (error: unknown): string => {
  const { stderr = '', message, code, killed } = error as Error & { stderr?: string; code?: unknown; killed?: boolean }
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `it makes more than ${MOST_OUTPUT / 2 ** 20} MiB`
  if (killed) return `it was not through within ${TIMEOUT / 1000} s`
  if (/out of memory|cannot allocate/.test(stderr)) return 'it needs too much memory'
  const said = stderr.split('\n').filter((line) => !line.startsWith('# Warning:'))
  return said.join('\n').trim() || message
}
