import { getOctokit } from '@actions/github'
import { describe, expect, test } from 'vitest'
import { type GitHub, startGitHub } from '../local/github/server.ts'
import { type Slack, startSlack } from '../local/slack/server.ts'
import { samples } from '../test/report-samples.ts'
import { PreviewError } from './errors.ts'
import { deployments } from './github/deployments.ts'
import { comments } from './github/github.ts'
import { parseMarker, renderMarker } from './report/marker.ts'
import type { DeploymentReport, Report } from './report/report.ts'
import { slackWebApi } from './slack/web-api.ts'
import { type Channels, tell, withdraw } from './tell.ts'

const REPO = 'acme/shop'
const TASK = `preview:${samples.live.environment.short}`
const { signal } = new AbortController()

type World = {
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
const repositoryAs = (github: GitHub, token: string) => ({
  octokit: getOctokit(token, { baseUrl: github.apiUrl }),
  owner: 'acme',
  repo: 'shop',
})

const inWorld = (act: (world: World) => Promise<void>) => async () => {
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
/** What one run says, one after the other. */
const runOf = (commit: string, more: Partial<DeploymentReport> = {}) => {
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
const removal = (): { removing: Report; removed: Report } => {
  const life = { uid: 'life', generation: ++generation }
  const deployment: DeploymentReport = { environment: 'preview', task: TASK, isAsked: false }
  const { commit, ...removing } = samples.removing
  const { commit: _, ...removed } = samples.removed
  return { removing: { ...removing, life, deployment }, removed: { ...removed, life, deployment } }
}

describe.concurrent('deployments', () => {
  test(
    'from push to push to removal: the newest one that is live is the one that is shown',
    inWorld(async ({ run, push, states, asked, github, number, warnings }) => {
      const told = async (report: Report, channels: Channels) => tell(report, [number], channels)
      const first = runOf(push())
      const one = run()
      await told(first.deploying, one)
      expect(states()).toEqual([['in_progress']])
      await told({ ...first.deploying, waiting: 1 }, one)
      await told(first.live, one)
      expect(states()).toEqual([['in_progress', 'success']])
      expect(asked('POST', /deployments/)).toBe(3)
      expect(asked('GET', /deployments/)).toBe(0)
      expect(github.deployments(REPO)).toMatchObject([
        {
          sha: first.live.commit,
          environment: 'preview',
          task: TASK,
          url: samples.live.apps[0]?.url,
          logUrl: samples.live.run.url,
          description: expect.stringMatching(/^✅ Preview is live/),
        },
      ])

      const second = runOf(push())
      const two = run()
      await told(second.deploying, two)
      await told(second.failed, two)
      expect(states()).toEqual([
        ['in_progress', 'success'],
        ['in_progress', 'failure'],
      ])

      const third = runOf(push())
      const three = run()
      await told(third.deploying, three)
      await told(third.live, three)
      expect(states().map((all) => all.at(-1))).toEqual(['inactive', 'inactive', 'success'])
      // The same commit again: nothing new is made, and it does not flicker.
      const again = runOf(third.live.commit ?? '')
      const four = run()
      await told(again.deploying, four)
      await told(again.live, four)
      expect(states()[2]).toEqual(['in_progress', 'success', 'success'])

      const end = removal()
      const before = github.requests().length
      const five = run()
      await told(end.removing, five)
      expect(states().map((all) => all.at(-1))).toEqual(['inactive', 'inactive', 'inactive'])
      await told(end.removed, five)
      const ours = github.requests().slice(before)
      expect(ours.filter(({ path }) => /deployments/.test(path))).toHaveLength(2)
      expect(ours.filter(({ path }) => path === '/graphql')).toHaveLength(2) // who we are, and the states
      expect(warnings).toEqual([])
    }),
  )

  test(
    'a run that was killed: its post step finds it, by the comment or without',
    inWorld(async ({ run, push, states, number, github }) => {
      const killed = runOf(push())
      await tell(killed.deploying, [number], run())
      const failure = new PreviewError('Cancelled', 'the run ended before it was finished')
      const saved: Report = JSON.parse(JSON.stringify({ ...killed.deploying, status: 'failed' }))
      delete saved.deployment?.id
      await tell({ ...saved, failure }, [number], run())
      expect(states()).toEqual([['in_progress', 'failure']])

      const other = runOf(push())
      github.changePullRequest(REPO, number, { locked: true })
      await tell(other.deploying, [number], run())
      const alone: Report = JSON.parse(JSON.stringify({ ...other.deploying, status: 'failed' }))
      delete alone.deployment?.id
      await tell({ ...alone, failure }, [number], run())
      expect(states()[1]).toEqual(['in_progress', 'failure'])
    }),
  )

  test(
    'a run that was killed with its runner: the next one, of another commit, takes its place',
    inWorld(async ({ run, push, states, number }) => {
      await tell(runOf(push()).deploying, [number], run())
      const next = runOf(push())
      await tell(next.deploying, [number], run())
      expect(states()).toEqual([['in_progress', 'inactive'], ['in_progress']])
    }),
  )

  test(
    'overtaken, or too late',
    inWorld(async ({ run, push, states, number }) => {
      const overtaken = runOf(push())
      const one = run()
      await withdraw(overtaken.deploying, one)
      expect(states()).toEqual([])
      await tell(overtaken.deploying, [number], one)
      await withdraw(overtaken.deploying, one)
      const late = runOf(push())
      const two = run()
      await tell(late.deploying, [number], two)
      await tell(late.superseded, [number], two)
      expect(states().map((all) => all.at(-1))).toEqual(['inactive', 'inactive'])
    }),
  )

  test(
    'a removal sets all of the environment inactive, over all pages, and nobody else’s',
    inWorld(async ({ run, push, states, number, github, warnings }) => {
      const sha = push()
      const headers = {
        authorization: `Bearer ${github.userToken('ada')}`,
        'user-agent': 'test',
        'content-type': 'application/json',
      }
      // By plain requests: the client spaces writes a second apart.
      const post = async (path: string, body: object): Promise<{ id: number }> => {
        const url = `${github.apiUrl}/repos/${REPO}/deployments${path}`
        return (await (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as never
      }
      const made = async (task: string, state: string) => {
        const wish = { ref: sha, task, auto_merge: false, required_contexts: [], transient_environment: true }
        const { id } = await post('', { ...wish, environment: 'preview' })
        await post(`/${id}/statuses`, { state })
      }
      await made(TASK, 'success')
      await made('preview:of-another', 'success')
      for (let i = 0; i < 203; i++) await made(TASK, i % 100 === 99 ? 'failure' : 'inactive')
      await tell(removal().removing, [number], run())
      const last = states().map((all) => all.at(-1))
      expect(warnings).toEqual([])
      expect(last.filter((state) => state !== 'inactive')).toEqual(['success'])
      expect(last[1]).toBe('success')
      expect(warnings).toEqual([])
    }),
    30_000,
  )

  test(
    'a token that may not: one line of the log, or a warning for who asked for it; the comment is there',
    inWorld(async ({ run, push, number, warnings, infos, asked, bodies }) => {
      const read = runOf(push())
      const one = run({})
      await tell(read.deploying, [number], one)
      await tell(read.live, [number], one)
      expect(warnings).toEqual([])
      expect(infos).toEqual([expect.stringContaining("give the job's permissions one of: deployments: write; or set")])
      expect(asked('POST', /deployments/)).toBe(1)
      const asking = runOf(push(), { isAsked: true })
      const two = run({})
      await tell(asking.deploying, [number], two)
      await tell(asking.live, [number], two)
      expect(warnings).toEqual([
        expect.stringMatching(/^the GitHub deployment could not be written: .*deployments: off$/),
      ])
      expect(asked('POST', /deployments/)).toBe(2)
      await tell(removal().removing, [number], run({}))
      expect(warnings).toHaveLength(1)
      expect(bodies()).toEqual([expect.stringContaining('Removing the preview')])
    }),
  )

  test(
    'a lost answer makes no second one; a refusal is a warning',
    inWorld(async ({ run, push, states, number, github, warnings, bodies }) => {
      github.faults({ method: 'POST', path: /deployments$/ }, { reset: true, commit: true })
      await tell(runOf(push()).deploying, [number], run())
      expect(states()).toEqual([['in_progress']])
      expect(warnings).toEqual([])
      const gone = runOf('f'.repeat(40))
      const one = run()
      await tell(gone.deploying, [number], one)
      await tell(gone.live, [number], one)
      expect(warnings).toEqual([expect.stringContaining('No ref found'), ...warnings.slice(1)])
      expect(bodies()).toEqual([expect.stringContaining('Preview is live')])
    }),
  )

  test(
    'two pull requests of one branch have one, and two comments',
    inWorld(async ({ run, push, states, number, github }) => {
      github.push(REPO, 'release', { b: '1' })
      const other = github.openPullRequest(REPO, { head: 'topic', base: 'release' })
      const both = runOf(push())
      const one = run()
      await tell(both.deploying, [number, other], one)
      await tell(both.live, [number, other], one)
      expect(states()).toEqual([['in_progress', 'success']])
      expect(github.comments(REPO, other)).toMatchObject([{ body: expect.stringContaining('Preview is live') }])
    }),
  )
})

describe.concurrent('the comment', () => {
  const marked = (id: string | undefined, generation: number) =>
    `words\n\n${renderMarker({ ...(id === undefined ? {} : { id }), life: { uid: 'life', generation }, status: 'deploying' })}`

  test(
    'made twice in the same second: the newest stays, a stranger’s copy is left alone',
    inWorld(async ({ run, push, number, github }) => {
      const mine = runOf(push())
      const { id } = samples.live.environment
      const ours = run()
      await comments(repositoryAs(github, github.userToken('ada'))).create(number, marked(id, 1))
      for (const one of [id, 'of another install', id]) await ours.comments.create(number, marked(one, 1))
      await tell(mine.live, [number], ours)
      expect(github.comments(REPO, number).map(({ login, body }) => [login, body.split('\n')[0]])).toEqual([
        ['ada', 'words'],
        ['github-actions[bot]', 'words'],
        ['github-actions[bot]', expect.stringContaining('Preview is live')],
      ])
    }),
  )

  test(
    'an older run leaves them to the newer one',
    inWorld(async ({ run, push, number, bodies }) => {
      const old = runOf(push())
      const ours = run()
      await ours.comments.create(number, marked(samples.live.environment.id, generation + 1))
      await ours.comments.create(number, marked(samples.live.environment.id, 0))
      await tell(old.live, [number], ours)
      expect(bodies()).toHaveLength(2)
      expect(bodies().join()).not.toContain('live')
    }),
  )

  test(
    'deleted by somebody, also while it is edited: there is one again',
    inWorld(async ({ run, push, number, github, bodies, warnings }) => {
      const mine = runOf(push())
      const ours = run()
      await tell(mine.deploying, [number], ours)
      github.faults({ method: 'PATCH' }, { status: 404, body: { message: 'Not Found' } })
      await tell(mine.live, [number], ours)
      expect(bodies().filter((body) => body.includes('Preview is live'))).toHaveLength(1)
      expect(warnings).toEqual([])
    }),
  )

  test(
    'left at "removing" by a run that was killed: the next close says what is true, and then nothing more',
    inWorld(async ({ run, push, number, bodies, github, slack }) => {
      const mine = runOf(push())
      await tell(mine.live, [number], run())
      await tell(removal().removing, [number], run())
      const { life, ...found } = removal().removed
      const nothing: Report = { ...found, receipt: [], ms: 0 }
      await tell(nothing, [number], run())
      expect(bodies()).toEqual([expect.stringContaining('Removed, nothing was left')])
      expect(parseMarker(bodies()[0] ?? '')).toMatchObject({ status: 'removed', life: { uid: 'life' } })
      expect(slack.messages()[0]?.text).toContain('Removed')
      const writes = () =>
        github.requests().filter(({ method, path }) => method !== 'GET' && path !== '/graphql').length
      const [before, said] = [writes(), slack.messages().length]
      await tell({ ...nothing, deployment: { ...found.deployment } as DeploymentReport }, [number], run())
      expect([writes(), slack.messages().length]).toEqual([before, said])
    }),
  )

  test(
    'nothing was there, and nobody has ever said so: no comment begins with that',
    inWorld(async ({ run, number, bodies, slack, asked }) => {
      const { life, ...nothing } = removal().removed
      await tell(nothing, [number], run())
      expect([bodies(), slack.messages(), asked('GET', /deployments/)]).toEqual([[], [], 0])
    }),
  )
})

test.concurrent(
  'Slack: one message for a pull request, its place in the comment',
  inWorld(async ({ run, push, number, slack, bodies }) => {
    const mine = runOf(push())
    const one = run()
    await tell(mine.deploying, [number], one)
    expect(slack.messages()).toEqual([])
    await tell(mine.live, [number], one)
    const [parent] = slack.messages()
    expect(parseMarker(bodies()[0] ?? '')?.slack).toEqual({ channel: slack.channel, ts: parent?.ts })
    const next = runOf(push())
    const two = run()
    await tell(next.deploying, [number], two)
    await tell(next.failed, [number], two)
    expect(slack.messages()).toMatchObject([
      { text: expect.stringContaining('the app crashes'), edited: true, broadcast: false },
      {
        threadTs: parent?.ts,
        broadcast: true,
        readable: expect.stringContaining('relation "sessions" does not exist'),
      },
    ])
  }),
)
