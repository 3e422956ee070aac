// `npm run render -- examples/minimal`: the manifests a pull request of that folder would get, without a cluster.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { CONFIG_PATH } from '../src/config.ts'
import { causeChain, PreviewError, type Problem } from '../src/errors.ts'
import { manifestsOf, planFor } from './rendering.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    branch: { type: 'string', default: 'feature/login' },
    commit: { type: 'string', default: '0'.repeat(40) },
    domain: { type: 'string', default: 'preview.example.com' },
    'shared-objects': { type: 'string', multiple: true, default: [] },
  },
})

const manifests = async (): Promise<string> => {
  const folder = positionals[0]
  if (folder === undefined)
    throw new PreviewError('BadInput', 'no folder given', {
      hint: `npm run render -- examples/minimal (a folder with ${CONFIG_PATH})`,
    })
  const text = await readFile(path.join(folder, CONFIG_PATH), 'utf8')
  const plan = planFor(text, { ...values, folder, sharedObjects: values['shared-objects'] })
  const { text: manifests, warnings } = await manifestsOf(plan)
  warnings.forEach(tell)
  return manifests
}

const tell = ({ file, line, message, hint }: Problem): void => {
  console.error(`  ${[file, line].filter(Boolean).join(':')} ${message}`)
  if (hint !== undefined) console.error(`    → ${hint}`)
}

try {
  process.stdout.write(await manifests())
} catch (error) {
  for (const message of causeChain(error)) console.error(message)
  if (error instanceof PreviewError) error.problems.forEach(tell)
  process.exitCode = 1
}
