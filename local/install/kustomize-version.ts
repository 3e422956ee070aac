import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached, hashOf } from './cache.ts'
import { findProgram } from './machine.ts'
import type { Progress } from './progress.ts'

const run = promisify(execFile)

/** The path of kustomize in a version that runners have or had, such as `v5.0.3`; Go checks what it downloads. */
export const kustomizeVersion = async (version: string, progress: Progress): Promise<string> => {
  const go = findProgram('go')
  if (go === undefined) throw new Error('Go is missing. Install Go 1.25 or newer (https://go.dev/dl).')
  const flags = ['-trimpath', '-ldflags', `-s -w -X sigs.k8s.io/kustomize/api/provenance.version=${version}`]
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' }
  const key = await hashOf([], (await run(go, ['version'])).stdout, version, ...flags)
  const folder = await cached('kustomize-version', key, (GOBIN) =>
    progress.step(`building kustomize ${version}: half a minute the first time`, async () => {
      const args = ['install', ...flags, `sigs.k8s.io/kustomize/kustomize/v5@${version}`]
      await run(go, args, { env: { ...env, GOBIN }, maxBuffer: 1 << 26 })
    }),
  )
  return join(folder, 'kustomize')
}
