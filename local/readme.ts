// Writes README.md's tables of inputs and outputs from action.yml; with --check it only says whether they are up to date.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'

type Field = { description: string; default?: string }

const root = path.join(import.meta.dirname, '..')
const readme = path.join(root, 'README.md')
const action = parse(await readFile(path.join(root, 'action.yml'), 'utf8')) as Record<
  'inputs' | 'outputs',
  Record<string, Field>
>

const table = (heading: string, fields: Record<string, Field>): string =>
  [
    `| ${heading} | |`,
    '|---|---|',
    ...Object.entries(fields).map(
      ([name, { description }]) => `| \`${name}\` | ${description.replaceAll('|', '\\|')} |`,
    ),
  ].join('\n')

const put = (text: string, part: 'inputs' | 'outputs', heading: string): string =>
  text.replace(
    new RegExp(`<!-- ${part} -->[^]*<!-- /${part} -->`),
    () => `<!-- ${part} -->\n${table(heading, action[part])}\n<!-- /${part} -->`,
  )

const before = await readFile(readme, 'utf8')
const after = put(put(before, 'inputs', 'Input'), 'outputs', 'Output')
if (!process.argv.includes('--check')) await writeFile(readme, after)
else if (after !== before) {
  console.error('README.md does not have the inputs and outputs of action.yml: run `npm run readme`')
  process.exitCode = 1
}
