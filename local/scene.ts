import path from 'node:path'
import { startGitHub } from './github/server.ts'
import { type RunOptions, type RunResult, runAction } from './runner/run-action.ts'
import { startSlack } from './slack/server.ts'

const ACTION = path.join(import.meta.dirname, '..')

export type Scene = Awaited<ReturnType<typeof openScene>>
export type StepOptions = Pick<RunOptions, 'cancelAfter' | 'onOutput' | 'timeout'> & {
  inputs?: Record<string, string>
  env?: Record<string, string>
}

/**
 * One repository on a GitHub and a Slack of its own, and its workflow's one step: the shipped action, run as GitHub's
 * runner would. `inputs` and `env` are every step's; a step's own win.
 */
export const openScene = async (given: {
  repository: string
  files: Record<string, string>
  inputs: Record<string, string>
  env?: Record<string, string>
}) => {
  const { repository } = given
  const github = await startGitHub({ port: 0 })
  const slack = await startSlack({ port: 0 })
  github.addRepository({ fullName: repository, files: given.files })
  let runs = 0

  const step = async (
    eventName: string,
    pullRequest: number | undefined,
    event: Record<string, unknown>,
    options: StepOptions,
  ) => {
    const { inputs, env, ...rest } = options
    const job = { repository, eventName, ...(pullRequest === undefined ? {} : { pullRequest }) }
    runs++
    return await runAction({
      actionDir: ACTION,
      eventName,
      event,
      token: github.installationToken(repository, { contents: 'read', 'pull-requests': 'write' }),
      inputs: { ...given.inputs, 'slack-webhook-url': slack.webhookUrl, 'slack-api-url': slack.url, ...inputs },
      env: { ...given.env, ...github.jobVariables(job), GITHUB_RUN_ID: String(runs), ...env },
      timeout: 600_000,
      ...rest,
    })
  }

  return {
    github,
    slack,
    repository,
    /** Opens a pull request from a new branch with one commit on it. */
    open: (branch: string, files: Record<string, string>): { number: number; sha: string } => {
      const sha = github.push(repository, branch, files)
      return { number: github.openPullRequest(repository, { head: branch }), sha }
    },
    push: (number: number, files: Record<string, string>): string =>
      github.pushToPullRequest(repository, number, files),
    close: (number: number) => github.closePullRequest(repository, number),
    /** Runs the step for what just happened to the pull request. */
    on: (action: string, number: number, options: StepOptions = {}): Promise<RunResult> =>
      step('pull_request', number, github.pullRequestEvent(repository, number, action), options),
    /** Runs the step by hand. */
    dispatch: (inputs: Record<string, string>, options: StepOptions = {}): Promise<RunResult> =>
      step('workflow_dispatch', undefined, github.dispatchEvent(repository, {}), {
        ...options,
        inputs: { ...options.inputs, ...inputs },
      }),
    comments: (number: number) => github.comments(repository, number),
    end: async (): Promise<void> => {
      await slack.close()
      await github.close()
    },
  }
}
