import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { cached, hashOf } from '../install/cache.ts'
import { findProgram } from '../install/machine.ts'
import type { Progress } from '../install/progress.ts'

const MODULE = 'istio.io/api@v1.32.0'
const SUM = 'h1:37mJvg9I0biYZAEQF+MATs4FNeCpXEIVO3LFpVb6iNM='
const WANTED = ['gateways.networking.istio.io', 'virtualservices.networking.istio.io']

/** Path of Istio's own definitions of Gateway and VirtualService, from the Go module they are published in. */
export const istioDefinitions = async (progress: Progress): Promise<string> => {
  const folder = await cached('istio-definitions', await hashOf([], MODULE, SUM, ...WANTED), (unfinished) =>
    progress.step(`downloading Istio's definitions: ${MODULE}`, async () => {
      const source = join(await downloaded(), 'kubernetes', 'customresourcedefinitions.gen.yaml')
      const all = parseAllDocuments(await readFile(source, 'utf8')).map((document) => document.toJS())
      const items = all.filter((definition) => WANTED.includes(definition?.metadata?.name))
      if (items.length !== WANTED.length) throw new Error(`${MODULE} does not define ${WANTED.join(' and ')}`)
      await writeFile(join(unfinished, 'crds.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    }),
  )
  return join(folder, 'crds.json')
}

const downloaded = async (): Promise<string> => {
  const go = findProgram('go')
  if (go === undefined) throw new Error('Go is missing. Install Go 1.25 or newer (https://go.dev/dl).')
  // Outside of every module, so that none is changed.
  const { stdout } = await promisify(execFile)(go, ['mod', 'download', '-json', MODULE], { cwd: '/' })
  const { Dir, Sum } = JSON.parse(stdout) as { Dir: string; Sum: string }
  if (Sum !== SUM) throw new Error(`${MODULE} has the checksum ${Sum}, not ${SUM}`)
  return Dir
}
