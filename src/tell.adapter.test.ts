import { describe, expect, test } from 'vitest'
import { samples } from '../test/report-samples.ts'
import { inWorld, lastGeneration, REPO, removal, repositoryAs, runOf } from '../test/telling-world.ts'
import { comments } from './github/github.ts'
import { parseMarker, renderMarker } from './report/marker.ts'
import type { DeploymentReport, Report } from './report/report.ts'
import { tell } from './tell.ts'

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
      await ours.comments.create(number, marked(samples.live.environment.id, lastGeneration() + 9))
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
  'the first failure after a success is a comment of its own, until the preview works again',
  inWorld(async ({ run, push, number, bodies, warnings }) => {
    let count = 0
    const says = async (which: 'deploying' | 'live' | 'failed', failureComment: boolean) => {
      const mine = {
        ...runOf(push()),
        run: { url: `https://github.com/acme/shop/actions/runs/${++count}`, attempt: 1 },
      }
      for (const one of [mine.deploying, mine[which]])
        await tell({ ...one, run: mine.run, failureComment }, [number], run())
      return bodies().map((body) => body.split('\n')[0])
    }
    expect(await says('failed', true)).toHaveLength(1)
    await says('live', true)
    const [comment, note, ...more] = await says('failed', true)
    expect([comment, more]).toEqual([expect.stringContaining('Not deployed: the app crashes (app1)'), []])
    expect(note).toMatch(/^❌ \*\*Not deployed: the app crashes \(app1\)\*\* · \w{7} · \[what happened\]\(http/)
    expect(await says('failed', true)).toHaveLength(2)
    expect(await says('live', true)).toEqual([expect.stringContaining('Preview is live')])
    expect(await says('failed', false)).toHaveLength(1)
    expect(warnings).toEqual([])
  }),
)

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

describe.concurrent('one channel that fails is one warning', () => {
  test(
    'comments that cannot even be read: Slack hears, and the deployment is shown',
    inWorld(async ({ run, push, number, github, slack, states, warnings }) => {
      github.faults({ path: '/graphql', times: 2 }, { status: 403, body: { message: 'Forbidden' } })
      const mine = runOf(push())
      const one = run()
      await tell(mine.deploying, [number], one)
      await tell(mine.live, [number], one)
      const unread = expect.stringContaining(`the comment on #${number} could not be written`)
      expect(warnings).toEqual([unread, unread])
      expect(slack.messages()).toHaveLength(1)
      expect(states()).toEqual([['in_progress', 'success']])
    }),
  )

  test(
    'Slack is down: the comment is there',
    inWorld(async ({ run, push, number, slack, bodies, warnings }) => {
      slack.faults({ times: 3 }, { status: 503, body: 'down' })
      await tell(runOf(push()).live, [number], run())
      expect(warnings).toEqual([expect.stringContaining('the Slack message could not be written')])
      expect(bodies()).toEqual([expect.stringContaining('Preview is live')])
    }),
  )
})
