import { beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryCluster } from '../../test/simulation/memory-cluster.ts'
import { memoryServer } from '../../test/simulation/memory-server.ts'
import { claim } from '../cluster/record.ts'
import { parseConfig } from '../config.ts'
import { PreviewError } from '../errors.ts'
import type { PullRequest } from '../github/pull-request.ts'
import { environmentOf } from '../names.ts'
import { planOf } from '../plan.ts'
import type { Report } from '../report/report.ts'
import { resolveSettings } from '../settings.ts'
import type { Story } from '../story.ts'
import { awaitedImages } from './awaited.ts'
import { shortName } from './ecr-image.ts'
import type { Registry } from './registry.ts'
import { waitForImages } from './wait.ts'

/** Nobody sleeps: time goes on by what would have been slept. */
const clock = vi.hoisted(() => ({ now: 0 }))
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number, _: unknown, { signal }: { signal: AbortSignal }) => {
    signal.throwIfAborted()
    clock.now += ms
  },
}))
beforeEach(() => {
  clock.now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => clock.now)
  return () => vi.restoreAllMocks()
})

const COMMIT = 'abc1234'.padEnd(40, '0')
const OLDER = 'd'.repeat(40)
const MERGE = '9f1e8d7'.padEnd(40, '1')
const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
const ONE = `apps: { app1: { image: ${HOST}/app1, port: 80 } }`

const plan = (yaml: string, inputs: Record<string, string> = {}, images: Record<string, string> = {}) => {
  const read = parseConfig(yaml)
  const resolved = resolveSettings({ domain: 'preview.example.com', ...inputs }, undefined, 'acme/shop', 'previews')
  if ('problems' in read || 'problems' in resolved) throw new Error('the test is wrong')
  return planOf({
    environment: environmentOf({ repository: 'acme/shop', repositoryId: 1, branch: 'feature/login' }, true),
    pullRequest: { number: 12, title: 'Log in', url: 'https://github.com/acme/shop/pull/12' },
    pullRequests: [12],
    commit: COMMIT,
    config: read.config,
    tree: '/tree',
    settings: resolved.settings,
    images,
  })
}

describe('which images are awaited', () => {
  const awaited = (yaml: string, images: Record<string, string> = {}) =>
    awaitedImages(plan(yaml, {}, images), images).map(shortName)

  test('those of this commit, each once, with what migrates', () => {
    const migrate = `migrate: { image: ${HOST}/schema, command: [up] }`
    const app = `{ image: ${HOST}/app1, port: 80, ${migrate} }`
    expect(awaited(`apps: { app1: ${app}, app2: ${app} }`)).toEqual(['app1:abc1234', 'schema:abc1234'])
  })

  test('those that the build job hands over', () => {
    expect(awaited(ONE, { app1: `${HOST}/app1:v2` })).toEqual(['app1:v2'])
    expect(awaited(ONE, { app1: `${HOST}/app1@sha256:${'0'.repeat(64)}` })).toEqual(['app1@sha256:0000000'])
  })

  test('not those that were there before, nor those of other registries', () => {
    expect(awaited(`apps: { app1: { image: "${HOST}/app1:1", port: 80 } }`)).toEqual([])
    expect(awaited('apps: { app1: { image: ghcr.io/acme/app1, port: 80 } }')).toEqual([])
  })

  test('in own manifests, those that an app replaces', () => {
    const app = `{ service: { name: web, port: http }, ingress: web, image: ${HOST}/web }`
    expect(awaited(`kustomization: k8s\napps: { web: ${app} }`)).toEqual(['web:abc1234'])
  })
})

type World = {
  looks?: (('there' | 'not there' | 'no repository') | PreviewError)[]
  tags?: string[]
  pr?: () => Partial<PullRequest>
  yaml?: string
  inputs?: Record<string, string>
}

const quiet = { info: () => undefined, warning: () => undefined, debug: () => undefined }

/** Where an older commit is live. */
const clusterOf = async (planned: ReturnType<typeof plan>) => {
  const cluster = memoryCluster(memoryServer())
  const mine = await claim(
    cluster,
    {
      namespace: 'previews',
      environment: planned.environment,
      holder: { run: '1', attempt: 1, url: 'https://github.com/acme/shop/actions/runs/1' },
      now: () => new Date(),
      phase: 'Applying',
      sha: OLDER,
      pullRequests: [12],
    },
    { signal: new AbortController().signal, say: quiet },
  )
  await mine.release({ phase: 'Live', urls: {} })
  return { cluster, life: { uid: mine.uid, generation: mine.generation } }
}

/** A registry that answers in turn, the last again and again. */
const wait = async ({ looks = ['not there'], tags = [], pr = () => ({}), yaml = ONE, inputs = {} }: World = {}) => {
  const told: string[] = []
  const warned: string[] = []
  const announced: Pick<Report, 'awaited' | 'apps' | 'life'>[] = []
  const asked: string[] = []
  const report = {} as Report
  const planned = plan(yaml, inputs)
  const { cluster, life } = await clusterOf(planned)
  const { writes } = cluster.traffic()
  const registry: Registry = {
    region: 'eu-west-1',
    look: async ({ reference }) => {
      asked.push(reference)
      const answer = (looks.length > 1 ? looks.shift() : looks[0]) as (typeof looks)[number]
      if (answer instanceof Error) throw answer
      return answer
    },
    pushed: async () => [{ tags, at: new Date() }],
    repositories: async () => [],
  }
  const open = { number: 12, state: 'open', head: { sha: COMMIT, branch: 'feature/login', repository: 'acme/shop' } }
  let prs = 0
  const cancel = new AbortController()
  const story = {
    to: {
      registry,
      cluster,
      pullRequests: {
        get: async () => {
          prs += 1
          return { ...open, ...pr() }
        },
      },
      announce: async () => void announced.push(structuredClone(report)),
    },
    of: { images: {}, namespace: 'previews', mergeCommit: MERGE, signal: cancel.signal },
    report,
  } as unknown as Story
  const say = {
    info: (text: string) => void told.push(text),
    warning: (text: string) => void warned.push(text),
    debug: () => undefined,
    detail: (text: string) => void told.push(text),
    unchanged: () => undefined,
    skipped: (text: string) => void told.push(`skipped: ${text}`),
    link: () => undefined,
  }
  const outcome = await waitForImages(planned, story, say).then(
    () => 'done' as const,
    (error: unknown) => error as PreviewError,
  )
  expect(cluster.traffic().writes).toBe(writes)
  return { outcome, told, warned, announced, asked, report, life, pullRequestsRead: () => prs }
}

test('what is there is asked for once, and nobody is told', async () => {
  const run = await wait({ looks: ['there'] })
  expect(run.outcome).toBe('done')
  expect(run.asked).toEqual([`${HOST}/app1:${COMMIT}`])
  expect([run.announced, run.pullRequestsRead(), run.warned]).toEqual([[], 0, []])
  expect(run.told).toEqual(['the image app1:abc1234 in ECR'])
})

test('what comes late is waited for, which people are told once', async () => {
  const run = await wait({ looks: ['no repository', 'no repository', 'not there', 'there'] })
  expect(run.outcome).toBe('done')
  // With the link to what serves, and as the run that made that: a later one's words stay.
  expect(run.announced).toMatchObject([
    { awaited: ['app1:abc1234'], apps: [{ name: 'app1', commit: OLDER }], life: run.life },
  ])
  expect(run.told[0]).toBe('waiting for the image app1:abc1234')
  expect(run.told[1]).toContain('there is no repository app1')
  expect(run.report.awaited).toBeUndefined()
})

test('what never comes is an error that says what is there instead', async () => {
  const run = await wait({ tags: [`${MERGE}-amd64`], inputs: { 'wait-for-images': '2m' } })
  expect(run.outcome).toMatchObject({
    code: 'TimedOut',
    message: 'the image app1:abc1234 was not pushed within 120 s',
    object: `${HOST}/app1:${COMMIT}`,
    problems: [{ message: expect.stringContaining('the merge commit'), hint: expect.stringContaining('head.sha') }],
  })
  expect(run.told.join('\n')).toContain('the merge commit') // also while there is time to mend it
  expect(run.report.awaited).toBeUndefined()
  // A look each second at first, each ten seconds in the end; GitHub each half minute, and before giving up.
  expect(run.asked.length).toBeGreaterThan(12)
  expect(run.asked.length).toBeLessThan(25)
  expect(run.pullRequestsRead()).toBeGreaterThan(2)
  expect(run.pullRequestsRead()).toBeLessThan(7)
})

test('an image that was pushed under the merge commit’s tag ends the wait within a minute or so', async () => {
  const run = await wait({ tags: [MERGE] })
  expect(run.outcome).toMatchObject({ code: 'TimedOut', message: expect.stringMatching(/within [67]\d s$/) })
  expect(run.told.filter((text) => text.startsWith('waiting for'))).toHaveLength(3)
})

test.each([
  ['a newer commit', { head: { sha: 'd'.repeat(40) } }, '#12 has moved on to ddddddd'],
  ['a close', { state: 'closed' }, '#12 was closed'],
] as const)('%s ends the wait, and has the comment', async (_, change, message) => {
  const run = await wait({ pr: () => change as Partial<PullRequest> })
  expect(run.outcome).toMatchObject({ code: 'Superseded', message: expect.stringContaining(message) })
  expect(run.report.life).toBeUndefined()
  expect(clock.now).toBeLessThan(60_000)
})

test('a registry that cannot be asked keeps nobody', async () => {
  const denied = new PreviewError('AccessDenied', 'AWS refused ecr:DescribeImages on app1', { hint: 'allow it' })
  const run = await wait({ looks: [denied] })
  expect(run.outcome).toBe('done')
  expect(run.warned).toEqual([
    'cannot see whether app1:abc1234 is pushed, going on without waiting for it: AWS refused ecr:DescribeImages on app1; allow it (or set wait-for-images: off)',
  ])
  expect([run.asked.length, run.announced, clock.now]).toEqual([1, [], 0])
})

test('one bad answer among good ones does not end the wait', async () => {
  const down = new PreviewError('Unavailable', 'no answer')
  const run = await wait({ looks: ['not there', 'not there', down, 'there'] })
  expect([run.outcome, run.warned]).toEqual(['done', []])
})

test.each([
  ['switched off', { inputs: { 'wait-for-images': 'off' } }, 'skipped: wait-for-images is off'],
  ['switched off with 0', { inputs: { 'wait-for-images': '0' } }, 'skipped: wait-for-images is off'],
  [
    'another registry',
    { yaml: 'apps: { a: { image: ghcr.io/a/a, port: 80 } }' },
    'skipped: no image of the build job is in ECR',
  ],
])('nothing is asked: %s', async (_, world, told) => {
  const run = await wait(world)
  expect([run.outcome, run.asked, run.told]).toEqual(['done', [], [told]])
})
