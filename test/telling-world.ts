import { getOctokit } from '@actions/github'
import { type GitHub, startGitHub } from '../local/github/server.ts'
import { type Slack, startSlack } from '../local/slack/server.ts'
import { deployments } from '../src/github/deployments.ts'
import { comments } from '../src/github/github.ts'
import type { DeploymentReport, Report } from '../src/report/report.ts'
import { slackWebApi } from '../src/slack/web-api.ts'
import type { Channels } from '../src/tell.ts'
import { samples } from './report-samples.ts'

/** A pull request on a GitHub and a Slack of its own, and what runs of the action say of it. */

export const REPO = 'acme/shop'
export const TASK = `preview:${samples.live.environment.short}`
const { signal } = new AbortController()

export type World = {
  github: GitHub
  slack: Slack
  number: number
  push(): string
  /** The channels of a new run. */
  run(permissions?: object): Channels
  warnings: string[]
  infos: string[]
  /** Newest last: the states each went through. */
  states(): unknown[][]
  asked(method: string, path: RegExp): number
  bodies(): string[]
}

/** Without the client's pauses between writes. */
export const repositoryAs = (github: GitHub, token: string) => ({
  octokit: getOctokit(token, { baseUrl: github.apiUrl }),
  owner: 'acme',
  repo: 'shop',
})

export const inWorld = (act: (world: World) => Promise<void>) => async () => {
  const github = await startGitHub({ port: 0 })
  const slack = await startSlack({ port: 0 })
  github.addRepository({ fullName: REPO, files: { a: '1' } })
  let count = 0
  github.push(REPO, 'topic', { count: '0' })
  const number = github.openPullRequest(REPO, { head: 'topic' })
  const warnings: string[] = []
  const infos: string[] = []
  const log = {
    info: (text: string) => void infos.push(text),
    warning: (text: string) => void warnings.push(text),
    debug: () => undefined,
  }
  try {
    await act({
      github,
      slack,
      number,
      warnings,
      infos,
      push: () => github.pushToPullRequest(REPO, number, { count: String(++count) }),
      run: (permissions = { deployments: 'write' }) => {
        const token = github.installationToken(REPO, { contents: 'read', 'pull-requests': 'write', ...permissions })
        const at = repositoryAs(github, token)
        const bot = { token: slack.botToken, channel: slack.channel, apiUrl: slack.apiUrl, signal }
        return { comments: comments(at), deployments: deployments(at), slack: slackWebApi(bot), log }
      },
      states: () => github.deployments(REPO).map(({ states }) => states),
      asked: (method, path) =>
        github.requests().filter((request) => request.method === method && path.test(request.path)).length,
      bodies: () => github.comments(REPO, number).map(({ body }) => body),
    })
  } finally {
    await github.close()
    await slack.close()
  }
}

let generation = 0
export const lastGeneration = (): number => generation
/** What one run says, one after the other. */
export const runOf = (commit: string, more: Partial<DeploymentReport> = {}) => {
  const deployment: DeploymentReport = { environment: 'preview', task: TASK, isAsked: false, ...more }
  const life = { uid: 'life', generation: ++generation }
  const of = (report: Report): Report => ({ ...report, commit, life, deployment })
  const apps = (report: Report) => report.apps.map((app) => ({ ...app, commit }))
  return {
    deployment,
    deploying: of(samples.firstDeploy),
    live: of({ ...samples.live, apps: apps(samples.live) }),
    failed: of(samples.failedByCrash),
    superseded: of(samples.superseded),
  }
}
export const removal = (): { removing: Report; removed: Report } => {
  const life = { uid: 'life', generation: ++generation }
  const deployment: DeploymentReport = { environment: 'preview', task: TASK, isAsked: false }
  const { commit, ...removing } = samples.removing
  const { commit: _, ...removed } = samples.removed
  return { removing: { ...removing, life, deployment }, removed: { ...removed, life, deployment } }
}
