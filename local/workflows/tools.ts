import path from 'node:path'
import { cacheRoot } from '../install/cache.ts'
import { buildActionlint } from '../install/programs.ts'
import type { Progress } from '../install/progress.ts'
import { pythonPackages } from '../install/python.ts'

/** Paths of what checks workflows, and of what runs them on this machine. */
export type WorkflowTools = { actionlint: string; zizmor: string; act: string }

export const workflowTools = async (progress: Progress): Promise<WorkflowTools> => {
  const requirements = path.join(import.meta.dirname, 'requirements.txt')
  const programs = await pythonPackages({ name: 'workflows', requirements, cache: cacheRoot(), log: progress.line })
  return {
    actionlint: await buildActionlint(progress),
    zizmor: path.join(programs, 'zizmor'),
    act: path.join(programs, 'act'),
  }
}
