// Writes what is committed and made of something else: README.md's tables from action.yml, the schema of preview.yaml from its
// parser. With --check it only says what is not up to date.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { PREVIEW_SCHEMA, previewSchema } from './preview-schema.ts'
import { readmeOf } from './readme.ts'

const root = path.join(import.meta.dirname, '..')
const textOf = (file: string) => readFile(path.join(root, file), 'utf8').catch(() => '')

const generated = {
  'README.md': readmeOf(await textOf('README.md'), parse(await textOf('action.yml'))),
  [PREVIEW_SCHEMA]: `${JSON.stringify(previewSchema(), null, 2)}\n`,
}

for (const [file, text] of Object.entries(generated)) {
  if (text === (await textOf(file))) continue
  if (!process.argv.includes('--check')) await writeFile(path.join(root, file), text)
  else {
    console.error(`${file} is not what its source makes: run \`npm run generate\``)
    process.exitCode = 1
  }
}
