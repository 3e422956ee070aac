import { execFile } from 'node:child_process'
import path from 'node:path'
import type { WorkflowTools } from './tools.ts'

const CONFIG = path.join(import.meta.dirname, 'zizmor.yml')

/** What actionlint and zizmor say against workflow files: whether GitHub accepts them, and whether they are safe. */
export const lintWorkflows = async (
  files: readonly string[],
  { actionlint, zizmor }: Pick<WorkflowTools, 'actionlint' | 'zizmor'>,
): Promise<string[]> => {
  const safe = ['--offline', '--persona=pedantic', '--quiet', '--no-progress', '--config', CONFIG, '--format=plain']
  const answers = await Promise.all([said(actionlint, ['-no-color', ...files]), said(zizmor, [...safe, ...files])])
  return answers.filter((text) => text !== '')
}

/** Nothing from one that is content. */
const said = (program: string, args: string[]): Promise<string> =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve(error === null ? '' : `${path.basename(program)}: ${stdout}${stderr}`),
    )
  })
