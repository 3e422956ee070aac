import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { cached, hashOf } from './cache.ts'
import { findProgram } from './machine.ts'
import type { Progress } from './progress.ts'

const run = promisify(execFile)

export type GoProgram = {
  /** Folder of the Go module, whose name is also the program's. */
  source: string
  /** Shown while it builds: what it is and how long it takes. */
  description: string
  /** Variables set at link time, by their Go name. */
  variables?: Record<string, string>
}

/** The path of the built program: from the folder EKS_PREVIEW_BIN if it is there, else from the cache, else built now. */
export const goProgram = async (program: GoProgram, progress: Progress): Promise<string> => {
  const name = basename(program.source)
  const given = process.env.EKS_PREVIEW_BIN
  if (given !== undefined && existsSync(join(given, name))) return resolve(given, name)
  const go = findProgram('go')
  if (go === undefined) {
    throw new Error(
      `Go is missing, ${name} cannot be built. Install Go 1.25 or newer (https://go.dev/dl), or name a folder with the programs in EKS_PREVIEW_BIN.`,
    )
  }
  const variables = Object.entries(program.variables ?? {}).map(([variable, value]) => `-X ${variable}=${value}`)
  const flags = ['-trimpath', '-ldflags', ['-s -w', ...variables].join(' ')]
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' }
  const version = (await run(go, ['version'], { cwd: program.source, env })).stdout
  const folder = await cached(name, await hashOf(await sourceFiles(program.source), version, ...flags), (unfinished) =>
    progress.step(`building ${name}: ${program.description}`, async () => {
      try {
        await run(go, ['build', ...flags, '-o', join(unfinished, name), '.'], {
          cwd: program.source,
          env,
          maxBuffer: 1 << 26,
        })
      } catch (cause) {
        throw new Error(`go build of ${name} failed in ${program.source}`, { cause })
      }
    }),
  )
  return join(folder, name)
}

const sourceFiles = async (folder: string): Promise<string[]> =>
  (await readdir(folder))
    .filter((name) => name.endsWith('.go') || name === 'go.mod' || name === 'go.sum')
    .sort()
    .map((name) => join(folder, name))
