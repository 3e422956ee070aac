import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { progressTo } from '../../local/install/progress.ts'
import { workflowTools } from '../../local/workflows/tools.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

export type WorkflowRun = {
  /** `success` or `failure` by job; a job that is not there was skipped. */
  jobs: Record<string, string>
  log: string
}
type Options = {
  /** The repository's workflows by file name; the first one is run. */
  workflows: Record<string, string>
  eventName: string
  event: Record<string, unknown>
  env: Record<string, string>
  token: string
  /** Text of shell scripts that stand for programs of a runner, by name. */
  programs?: Record<string, string>
  /** Actions that are not this one, `owner/name@ref`: they do nothing. */
  actions?: string[]
}

/** Runs a workflow on this machine as `act` does: jobs, expressions and steps are its own, our step is the shipped action. */
export const runWorkflow = async (options: Options): Promise<WorkflowRun> => {
  const { workflows, eventName, event, env, token, programs = {}, actions = [] } = options
  const { act } = await workflowTools(progressTo(process.stderr))
  const folder = await mkdtemp(path.join(os.tmpdir(), 'workflow-'))
  const file = async (name: string, content: string, mode = 0o644): Promise<string> => {
    const at = path.join(folder, name)
    await mkdir(path.dirname(at), { recursive: true })
    await writeFile(at, content, { mode })
    return at
  }
  try {
    for (const [name, content] of Object.entries(workflows)) await file(`repository/.github/workflows/${name}`, content)
    for (const [name, script] of Object.entries(programs)) await file(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755)
    const nothing = 'runs: { using: composite, steps: [{ run: "true", shell: sh }] }'
    await file('nothing/action.yml', nothing)
    // What ships, without all that lies beside it here: act copies a folder as a whole.
    for (const part of ['action.yml', 'dist', 'kustomize-base'])
      await cp(path.join(ROOT, part), path.join(folder, 'action', part), { recursive: true })
    const local = [
      `OWNER/eks-preview@v1=${path.join(folder, 'action')}`,
      `OWNER/REPOSITORY@main=${path.join(folder, 'repository')}`,
      ...actions.map((action) => `${action}=${path.join(folder, 'nothing')}`),
    ]
    const args = [
      eventName,
      ...['--workflows', `.github/workflows/${Object.keys(workflows)[0]}`],
      ...['--eventpath', await file('event.json', JSON.stringify(event))],
      ...['--platform', 'ubuntu-24.04=-self-hosted'],
      ...['--secret', 'GITHUB_TOKEN'],
      ...['--json', '--no-cache-server', '--action-cache-path', path.join(folder, 'cache')],
      ...local.flatMap((each) => ['--local-repository', each]),
      ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ]
    const child = spawn(act, args, {
      cwd: path.join(folder, 'repository'),
      // The action runs on the first node of the PATH.
      env: {
        ...process.env,
        PATH: `${folder}/bin:${path.dirname(process.execPath)}:${process.env.PATH}`,
        HOME: folder,
        GITHUB_TOKEN: token,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 200_000,
    })
    return runOf(await text(child.stdout))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Line = { msg?: string; jobID?: string; jobResult?: string }

const runOf = (output: string): WorkflowRun => {
  const lines = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
  return {
    jobs: Object.fromEntries(
      lines.flatMap(({ jobID, jobResult }) => (jobID && jobResult ? [[jobID, jobResult] as const] : [])),
    ),
    log: lines.map(({ msg = '' }) => msg.trimEnd()).join('\n'),
  }
}
