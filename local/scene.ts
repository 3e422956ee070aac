import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type AwsFacts, DOMAIN, REPOSITORY } from './aws/parts.ts'
import { startGitHub } from './github/server.ts'
import { writeCommitImage } from './images/build.ts'
import type { ImageConfig } from './images/image-archive.ts'
import { type OfficialName, writeImageOn } from './images/official.ts'
import { imageRegistry } from './images/registry.ts'
import { imageStore } from './images/store.ts'
import { type RunOptions, type RunResult, runAction } from './runner/run-action.ts'
import { startSlack } from './slack/server.ts'
import { readState, type Stack, type StackOptions, statePaths, stateRoot } from './stack/state.ts'

const ACTION = path.join(import.meta.dirname, '..')
const NAME = `${REPOSITORY.owner}/${REPOSITORY.name}`
/** The workflow on the default branch, as the role's trust policy pins it. */
const WORKFLOW = `${NAME}/.github/workflows/${REPOSITORY.workflowFile}@refs/heads/${REPOSITORY.defaultBranch}`

export type Files = Record<string, string>
export type Scene = Awaited<ReturnType<typeof openScene>>
export type StepOptions = Pick<RunOptions, 'cancelAfter' | 'onOutput' | 'token' | 'env' | 'inputs'>

/** What a program inside the stack needs to know of it. */
export const stackFacts = async (): Promise<Stack & { aws: AwsFacts; options: StackOptions }> => {
  const state = statePaths(stateRoot())
  const [stack, aws, options] = await Promise.all([
    readState<Stack>(state.stack),
    readState<AwsFacts>(state.aws),
    readState<StackOptions>(state.options),
  ])
  if (!stack || !aws || !options) throw new Error('no stack is up: run `npm run local -- up` first')
  return { ...stack, aws, options }
}

/**
 * One repository on a GitHub and a Slack of its own, and its workflow's one step: the shipped action, run as GitHub's
 * runner would, against the stack this program runs in. `inputs` are every step's; a step's own win.
 */
export const openScene = async (given: { files: Files; inputs?: Record<string, string> }) => {
  const stack = await stackFacts()
  const github = await startGitHub({ port: 0 })
  const slack = await startSlack({ port: 0 })
  const store = imageStore(stack.containerd)
  const { endpoint, region, root: credentials } = stack.aws
  const registry = imageRegistry({ endpoint, region, credentials })
  github.addRepository({ fullName: NAME, files: given.files })
  const built: { app: string; tag: string }[] = []
  let runs = 0

  const standard: Record<string, string> = {
    cluster: stack.aws.clusterName,
    region: stack.aws.region,
    'role-to-assume': stack.aws.roleArn,
    domain: DOMAIN,
    'hosted-zone-id': stack.aws.zoneId,
    'url-template': `http://{host}:${stack.publicPort}`,
    'state-machine-arn': stack.aws.stateMachineArn,
    'slack-webhook-url': slack.webhookUrl,
    'slack-api-url': slack.url,
  }

  const step = async (
    eventName: string,
    pullRequest: number | undefined,
    event: Record<string, unknown>,
    { inputs, env, ...options }: StepOptions,
  ): Promise<RunResult> => {
    const job = { repository: NAME, eventName, jobWorkflowRef: WORKFLOW, ...(pullRequest ? { pullRequest } : {}) }
    runs++
    return await runAction({
      token: github.installationToken(NAME, { contents: 'read', 'pull-requests': 'write', deployments: 'write' }),
      ...options,
      actionDir: ACTION,
      eventName,
      event,
      inputs: { ...standard, ...given.inputs, ...inputs },
      env: { ...github.jobVariables(job), GITHUB_RUN_ID: String(runs), AWS_ENDPOINT_URL: stack.aws.endpoint, ...env },
      timeout: 900_000,
    })
  }

  /** What the repository's build job does for a commit: an image that knows which commit it is. */
  const publish = async (
    app: string,
    commit: string,
    write: (archive: string, ref: string) => Promise<void>,
  ): Promise<void> => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'image-'))
    try {
      const archive = path.join(folder, 'image.tar')
      await write(archive, refOf(app, commit))
      await store.importArchive(archive)
      await registry.push(app, commit)
      built.push({ app, tag: commit })
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  const build = (
    app: string,
    commit: string,
    program: 'app' | 'app1' | 'app2' | 'fortune' | 'hello' = 'app',
    env: Record<string, string> = {},
  ): Promise<void> =>
    publish(app, commit, (archive, ref) => writeCommitImage(archive, stack.options.programs[program], ref, commit, env))

  /** Lets pods run one of images/official.ts; returns its name. It stays: another test may run it too. */
  const official = async (name: OfficialName): Promise<string> => {
    const { ref, archive } = stack.options.forTests.official[name]
    if (!(await store.list()).includes(ref)) await store.importArchive(archive)
    return ref
  }

  const buildOn = async (
    base: OfficialName,
    app: string,
    commit: string,
    copies: Record<string, string>,
    config: Partial<ImageConfig>,
  ): Promise<void> => {
    await official(base)
    const from = stack.options.forTests.official[base]
    await publish(app, commit, (archive, ref) => writeImageOn(from, archive, ref, commit, copies, config))
  }

  return {
    stack,
    github,
    slack,
    build,
    buildOn,
    official,
    registry,
    /** Opens a pull request from a new branch with one commit on it. */
    open: (branch: string, files: Files, title = branch): { number: number; sha: string } => {
      const sha = github.push(NAME, branch, files)
      return { number: github.openPullRequest(NAME, { head: branch, title }), sha }
    },
    push: (number: number, files: Files): string => github.pushToPullRequest(NAME, number, files),
    /** `closedAt`: ISO 8601, when that was. */
    close: (number: number, closedAt?: string): void =>
      github.closePullRequest(NAME, number, closedAt === undefined ? {} : { closedAt }),
    reopen: (number: number): void => github.reopenPullRequest(NAME, number),
    /** Runs the step for what just happened to the pull request. */
    on: (action: string, number: number, options: StepOptions = {}): Promise<RunResult> =>
      step('pull_request', number, github.pullRequestEvent(NAME, number, action), options),
    /** Runs the step for an event of earlier, as a re-run of its job would. */
    replay: (number: number, event: Record<string, unknown>, options: StepOptions = {}): Promise<RunResult> =>
      step('pull_request', number, event, options),
    /** Runs the step by hand. */
    dispatch: (inputs: Record<string, string>): Promise<RunResult> =>
      step('workflow_dispatch', undefined, github.dispatchEvent(NAME, {}), { inputs }),
    comments: (number: number) => github.comments(NAME, number),
    deployments: () => github.deployments(NAME),
    end: async (): Promise<void> => {
      for (const { app, tag } of built) {
        await registry.remove(app, tag)
        await store.untag(refOf(app, tag))
      }
      await slack.close()
      await github.close()
    },
  }
}

/** Where the images of a repository here are said to come from. */
export const REGISTRY = '000000000000.dkr.ecr.us-east-1.amazonaws.com'
const refOf = (app: string, tag: string): string => `${REGISTRY}/${app}:${tag}`
