import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { inputVariables, loadAction } from './action.ts'
import { parseFileCommands } from './file-commands.ts'
import { groupsOf } from './fold.ts'
import { jobVariables, type WebhookEvent } from './job-variables.ts'
import { createMasks, type Masks } from './masks.ts'
import { type Ended, startProcess } from './process.ts'
import { createStepLog, type StepLog } from './step-log.ts'

export type RunOptions = {
  /** Folder with action.yml; `runs.main` and `runs.post` are relative to it. */
  actionDir: string
  eventName: string
  event: WebhookEvent
  /** The step's `with:`. */
  inputs?: Record<string, string>
  /** The job's `env:` and whatever else GitHub would set for this job; wins over what is derived from the event. */
  env?: Record<string, string>
  /** `${{ github.token }}`: fills input defaults that ask for it, and is masked from the start. */
  token?: string
  /** GITHUB_WORKSPACE; an empty folder by default. */
  workspace?: string
  node?: string
  /** Cancels the run after so many milliseconds, or with the first line of output that makes the function true. */
  cancelAfter?: number | ((log: string) => boolean)
  /** Milliseconds for main and for post each; then the process tree is killed. */
  timeout?: number
  /** Every line as a reader of the log sees it, masks applied. */
  onOutput?: (line: string) => void
}

export type StageResult = Pick<Ended, 'exit' | 'signal' | 'signals' | 'timedOut' | 'ms'> &
  Pick<StepLog, 'annotations' | 'commands'> & {
    /** What a reader of the log sees: commands obeyed, masks applied. */
    log: string
    /** What the process really wrote, stdout and stderr as they came. */
    rawLog: string
    groups: ReturnType<typeof groupsOf>
    outputs: Record<string, string>
    state: Record<string, string>
    env: Record<string, string>
    /** GITHUB_STEP_SUMMARY, unmasked: GitHub masks it, but what had to be masked is a leak worth seeing. */
    summary: string
  }

export type RunResult = StageResult & {
  masks: string[]
  /** Masked values that stand in the raw log of main or post outside the add-mask command itself. */
  leaks: string[]
  post?: StageResult
}

type Job = RunOptions & { base: Record<string, string>; temp: string; masks: Masks }

/** Runs an action as a step of a job on GitHub's runner, its `post` included. The child sees no variable of this process but PATH. */
export const runAction = async (options: RunOptions): Promise<RunResult> => {
  const action = await loadAction(options.actionDir)
  const temp = await mkdtemp(path.join(os.tmpdir(), 'runner-'))
  try {
    const masks = createMasks()
    if (options.token) masks.add(options.token)
    const inputs = inputVariables(action, options.inputs ?? {}, options.token ?? '')
    const base = { ...(await jobEnvironment(options, temp)), ...inputs.variables }
    const job: Job = { ...options, base, temp, masks }
    const main = await runStage(job, { name: 'main', script: action.runs.main, warning: inputs.warning })
    const carried = { ...main.env, ...prefixed('STATE_', main.state) }
    const post = action.runs.post && (await runStage(job, { name: 'post', script: action.runs.post, env: carried }))
    const leaks = leaksIn([main, ...(post ? [post] : [])], masks)
    return { ...main, masks: masks.values(), leaks, ...(post && { post }) }
  } finally {
    await rm(temp, { recursive: true, force: true })
  }
}

const prefixed = (prefix: string, values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]))

const jobEnvironment = async (options: RunOptions, temp: string) => {
  const eventPath = path.join(temp, 'event.json')
  const workspace = options.workspace ?? path.join(temp, 'workspace')
  const runnerTemp = path.join(temp, 'temp')
  await Promise.all([
    mkdir(workspace, { recursive: true }),
    mkdir(runnerTemp),
    writeFile(eventPath, JSON.stringify(options.event)),
  ])
  return {
    PATH: process.env.PATH ?? '',
    HOME: temp,
    ...jobVariables(options.eventName, options.event),
    GITHUB_EVENT_PATH: eventPath,
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: runnerTemp,
    RUNNER_TOOL_CACHE: path.join(temp, 'tools'),
    ...options.env,
  }
}

type Stage = { name: string; script: string; env?: Record<string, string>; warning?: string | undefined }

const runStage = async (job: Job, stage: Stage): Promise<StageResult> => {
  const files = await commandFiles(job.temp, stage.name)
  const log = createStepLog(job.masks, job.onOutput)
  if (stage.warning) log.annotate('warning', stage.warning)
  const running = startProcess({
    node: job.node ?? process.execPath,
    script: path.join(job.actionDir, stage.script),
    cwd: job.base.GITHUB_WORKSPACE ?? job.temp,
    env: { ...job.base, ...stage.env, ...files, ...job.env },
    timeout: job.timeout ?? 60_000,
    onLine(line) {
      log.read(line)
      cancelOn(log.shown)
    },
  })
  const cancelOn = stage.name === 'main' ? cancellation(job.cancelAfter, running.cancel) : () => {}
  const ended = await running.ended
  const { GITHUB_OUTPUT: outputs, GITHUB_STATE: state, GITHUB_ENV: env } = files
  return {
    ...ended,
    outputs: { ...log.outputs, ...(await commandsOf(outputs, log)) },
    state: { ...log.state, ...(await commandsOf(state, log)) },
    env: await commandsOf(env, log),
    summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8'),
    annotations: log.annotations,
    commands: log.commands,
    groups: groupsOf(log.shown),
    log: log.shown.join('\n'),
    rawLog: log.raw.join('\n'),
  }
}

/** Cancels once; a function is asked after every line, a number of milliseconds counts from the start of main. */
const cancellation = (when: RunOptions['cancelAfter'], cancel: () => void) => {
  if (typeof when === 'number') setTimeout(cancel, when).unref()
  let cancelled = false
  return (shown: string[]) => {
    if (typeof when !== 'function' || cancelled || !when(shown.join('\n'))) return
    cancelled = true
    cancel()
  }
}

const commandFiles = async (temp: string, stage: string) => {
  const at = (name: string) => path.join(temp, `${stage}_${name}`)
  const files = {
    GITHUB_OUTPUT: at('output'),
    GITHUB_STATE: at('state'),
    GITHUB_ENV: at('env'),
    GITHUB_PATH: at('path'),
    GITHUB_STEP_SUMMARY: at('summary'),
  }
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')))
  return files
}

const commandsOf = async (file: string, log: StepLog) => {
  try {
    return parseFileCommands(await readFile(file, 'utf8'))
  } catch (error) {
    log.annotate(
      'error',
      `Unable to process file command '${path.basename(file)}' successfully. ${(error as Error).message}`,
    )
    return {}
  }
}

const leaksIn = (stages: StageResult[], masks: Masks) => {
  const written = stages.map(({ rawLog }) => rawLog.replaceAll(/^\s*::add-mask::.*$/gim, '')).join('\n')
  return masks.values().filter((secret) => written.includes(secret))
}
