import { PreviewError, type Problem } from '../../errors.ts'
import { scanSources } from '../scan.ts'

/** What is in the way of a build, as a person reads it below. */
export const problemsIn = async (root: string, folder = 'k8s'): Promise<readonly Problem[]> => {
  try {
    await scanSources(root, folder)
    return []
  } catch (error) {
    if (!(error instanceof PreviewError)) throw error
    return error.problems
  }
}
export const said = (problems: readonly Problem[]) =>
  problems.map(({ file, line, message }) => `${[file, line].filter(Boolean).join(':')} ${message}`)
