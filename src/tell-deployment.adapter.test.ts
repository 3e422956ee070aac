import { describe, expect, test } from 'vitest'
import { samples } from '../test/report-samples.ts'
import { inWorld, REPO, removal, repositoryAs, runOf, TASK } from '../test/telling-world.ts'
import { PreviewError } from './errors.ts'
import type { Report } from './report/report.ts'
import { type Channels, tell, withdraw } from './tell.ts'

describe.concurrent('deployments', () => {
  test(
    'from push to push to removal: the newest one that is live is the one that is shown',
    inWorld(async ({ run, push, states, asked, github, number, warnings }) => {
      const told = async (report: Report, channels: Channels) => tell(report, [number], channels)
      const sha = push()
      // The job itself, which GitHub would wait for.
      const { octokit } = repositoryAs(github, github.userToken('ada'))
      const check = { owner: 'acme', repo: 'shop', name: 'preview', head_sha: sha, status: 'in_progress' } as const
      await octokit.rest.checks.create(check)
      const first = runOf(sha)
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
    'what served before is not forgotten until it is retired',
    inWorld(async ({ run, push, states, number, github }) => {
      const first = runOf(push())
      const one = run()
      await tell(first.deploying, [number], one)
      await tell(first.live, [number], one)
      const next = runOf(push())
      const two = run()
      await tell(next.deploying, [number], two)
      const path = new RegExp(`/deployments/${first.deployment.id}/`)
      github.faults({ path }, { status: 502, body: {} })
      await tell(next.live, [number], two)
      expect(states().map((all) => all.at(-1))).toEqual(['success', 'success'])
      const again = runOf(next.live.commit ?? '')
      const three = run()
      await tell(again.deploying, [number], three)
      await tell(again.live, [number], three)
      expect(states().map((all) => all.at(-1))).toEqual(['inactive', 'success'])
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
      expect(warnings).toEqual([expect.stringContaining('No ref found')])
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
