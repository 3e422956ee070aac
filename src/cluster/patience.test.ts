import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { crashed, deployment, event, live, pod, waiting } from '../../test/pod-samples.ts'
import type { Change } from './apply.ts'
import type { Live } from './cluster.ts'
import type { Observed } from './observation.ts'
import { patience, reasonOf, suspectOf } from './patience.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const change = (object: Live): Change => ({
  subject: `${object.kind}/previews/${object.metadata.name}`,
  ref: { apiVersion: object.apiVersion, kind: object.kind, namespace: 'previews', name: object.metadata.name },
  action: 'created',
  rolled: true,
  uid: object.metadata.uid,
  generation: 1,
  live: structuredClone(object),
  warnings: [],
  hash: '',
})
const observed = (pods: Live[], rest: Partial<Observed> = {}): Observed => ({
  change: change(rest.object ?? deployment),
  object: deployment,
  state: { ready: false, reason: '0 of 1 pods ready' },
  pods,
  refused: undefined,
  events: [],
  ...rest,
})

const pulling = pod(waiting('ImagePullBackOff', 'not found'))
const creating = pod(waiting('ContainerCreating'))

describe('a trouble', () => {
  test('is borne for as long as its kind deserves', () => {
    const judge = patience([])
    expect(judge(observed([pulling]))).toBeUndefined()
    vi.advanceTimersByTime(19_999)
    expect(judge(observed([pulling]))).toBeUndefined()
    vi.advanceTimersByTime(1)
    expect(judge(observed([pulling]))).toEqual({
      object: deployment,
      pods: [pulling],
      pod: pulling,
      container: 'web',
      cause: 'ImageNotFound',
      culprit: 'acme/web:abc',
      reason: 'ImagePullBackOff: not found',
    })
  })

  test('that went away in between begins anew', () => {
    const judge = patience([])
    for (const pods of [[pulling], [creating], [pulling]]) {
      expect(judge(observed(pods))).toBeUndefined()
      vi.advanceTimersByTime(15_000)
    }
  })

  test('of one pod is not that of the pod in its place', () => {
    const judge = patience([])
    for (const name of ['a', 'b', 'c']) {
      expect(judge(observed([pod(waiting('ErrImagePull', 'not found'), { name })]))).toBeUndefined()
      vi.advanceTimersByTime(15_000)
    }
  })

  test('that is sure is not borne at all', () => {
    expect(patience([])(observed([pod(crashed(3))]))?.cause).toBe('CrashLoop')
  })

  test('that only explains never ends the wait', () => {
    const judge = patience([])
    judge(observed([pod(crashed(1))]))
    vi.advanceTimersByTime(3_600_000)
    expect(judge(observed([pod(crashed(1))]))).toBeUndefined()
  })

  test('is none of what is ready, or of what nothing is known about', () => {
    const judge = patience([])
    expect(judge(observed([pod(crashed(3))], { state: { ready: true } }))).toBeUndefined()
    expect(judge(observed([]))).toBeUndefined()
  })
})

test('a Secret may still come when a custom resource of the build can stand for it', () => {
  const missing = observed([pod(waiting('CreateContainerConfigError', 'secret "a" not found'))])
  const made = (apiVersion: string) => patience([change(live('Made', 'a', { apiVersion }))])
  for (const [judge, isOver] of [
    [made('v1'), true],
    [made('networking.k8s.io/v1'), true],
    [made('external-secrets.io/v1'), false],
    [made('secrets-store.csi.x-k8s.io/v1'), false],
  ] as const) {
    judge(missing)
    vi.advanceTimersByTime(30_000)
    expect(judge(missing) !== undefined).toBe(isOver)
  }
})

describe('what has failed for good', () => {
  const failed = { failed: true, reason: 'it says so' } as const
  test('ends the wait at once', () => {
    expect(patience([])(observed([], { state: failed }))).toMatchObject({
      cause: 'ControllerFailed',
      reason: 'it says so',
    })
  })
  test.each([
    ['is gone', (one: Observed) => ({ ...one, object: one.change.live as Live })],
    [
      'is another in its place',
      (one: Observed) => ({ ...one, object: live('Deployment', 'web', { metadata: { uid: 'x' } }) }),
    ],
  ])('because it %s', (_, missing) => {
    expect(patience([])(missing(observed([], { state: failed })))?.cause).toBe('Deleted')
  })
})

describe('a deadline that has passed', () => {
  const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }]
  const object = live('Deployment', 'web', { status: { conditions } })
  const late = (pods: Live[] = []) => observed(pods, { object, state: { failed: true, reason: 'too late' } })

  test('may be that of the rollout before', () => {
    const judge = patience([])
    expect(judge(late())).toBeUndefined()
    vi.advanceTimersByTime(29_000)
    expect(judge(observed([], { object }))).toBeUndefined()
    expect(judge(late())).toBeUndefined()
    vi.advanceTimersByTime(30_000)
    expect(judge(late())?.cause).toBe('ProgressDeadline')
  })

  test('makes no trouble of its pods last longer', () => {
    const judge = patience([])
    judge(late([pulling]))
    vi.advanceTimersByTime(20_000)
    expect(judge(late([pulling]))?.cause).toBe('ImageNotFound')
  })
})

describe('at the time-out', () => {
  test('the surest trouble is to blame, however young', () => {
    expect(suspectOf(observed([creating, pulling]))).toMatchObject({
      cause: 'ImageNotFound',
      pod: pulling,
      progress: '0 of 1 pods ready',
    })
  })
  test('events say what else nobody knows', () => {
    const events = [event(creating, 'FailedMount', 'MountVolume.SetUp failed: secret "a" not found')]
    expect(suspectOf(observed([creating], { events }))).toMatchObject({
      cause: 'ConfigMissing',
      culprit: 'Secret/previews/a',
    })
  })
  test('without any it is what it waits for', () => {
    expect(suspectOf(observed([creating]))).toEqual({
      object: deployment,
      pods: [creating],
      cause: 'NotReadyInTime',
      reason: '0 of 1 pods ready (pod web-1: web: ContainerCreating)',
    })
  })
})

test.each([
  [observed([], { state: { ready: true } }), 'ready'],
  [observed([], { refused: 'exceeded quota' }), '0 of 1 pods ready (exceeded quota)'],
  [observed([]), '0 of 1 pods ready'],
])('what it waits for', (one, reason) => {
  expect(reasonOf(one)).toBe(reason)
})
