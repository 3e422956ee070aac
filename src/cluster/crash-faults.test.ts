import { describe, expect, test } from 'vitest'
import { crashed, ended, event, live, pod, seen, status, waiting } from '../../test/pod-samples.ts'
import { NEVER } from './fault.ts'
import { faultsOf } from './faults.ts'

const oom = ended(137, 'OOMKilled')
const replica = (name: string, ...state: Parameters<typeof crashed>) => pod(crashed(...state), { name })

describe('crashes', () => {
  test.each([
    ['the first', [replica('a', 1)], 'CrashLoop', NEVER],
    ['two restarts', [replica('a', 2)], 'CrashLoop', NEVER],
    ['three restarts', [replica('a', 3)], 'CrashLoop', 0],
    ['three restarts of one of two', [replica('a', 3), replica('b', 1)], 'CrashLoop', 0],
    ['two restarts of both, the same end', [replica('a', 2), replica('b', 2)], 'CrashLoop', 0],
    ['two restarts of both, another end', [replica('a', 2), replica('b', 2, ended(2))], 'CrashLoop', NEVER],
    ['two restarts of both, a good end', [replica('a', 2, ended(0)), replica('b', 2, ended(0))], 'CrashLoop', NEVER],
    ['one restart of both, the same end', [replica('a', 1), replica('b', 1)], 'CrashLoop', NEVER],
    ['out of memory once', [pod({ containerStatuses: [status(oom)] })], 'OutOfMemory', NEVER],
    ['out of memory twice', [replica('a', 1, oom)], 'OutOfMemory', 0],
    [
      'out of memory twice, before its back-off',
      [pod({ containerStatuses: [status(oom, { restartCount: 1, lastState: oom })] })],
      'OutOfMemory',
      0,
    ],
  ] as const)('%s', (_, pods, cause, patience) => {
    expect(faultsOf(seen([...pods]))[0]).toMatchObject({ cause, patience, container: 'web', pod: pods[0] })
  })

  test('say how the container ended', () => {
    const reasonOf = (...args: Parameters<typeof crashed>) => faultsOf(seen([pod(crashed(...args))]))[0]?.reason
    expect(reasonOf(1)).toBe('crashed once, exit code 1')
    expect(reasonOf(3, oom)).toBe('crashed 3 times, exit code 137 (OOMKilled)')
    expect(reasonOf(4, ended(0, 'Completed'))).toBe('crashed 4 times, exit code 0')
  })

  test.each([
    ['one that runs again', { containerStatuses: [status({ running: {} }, { restartCount: 9, ready: true })] }],
    ['one that has ended well and begins again', { containerStatuses: [status(ended(0, 'Completed'))] }],
    ['a pod that was evicted', { phase: 'Failed', reason: 'Evicted', ...{ containerStatuses: [status(ended(137))] } }],
  ])('none: %s', (_, state) => {
    expect(faultsOf(seen([pod(state)]))).toEqual([])
  })

  test('none: a pod on its way out', () => {
    expect(faultsOf(seen([pod(crashed(5), { metadata: { deletionTimestamp: 'now' } })]))).toEqual([])
  })
})

describe('an init container', () => {
  const withInit = (restartPolicy: object, ...state: Parameters<typeof crashed>) => {
    const { containerStatuses } = crashed(...state)
    const initContainerStatuses = containerStatuses.map((one) => ({ ...one, name: 'prepare' }))
    const init = { name: 'prepare', ...restartPolicy }
    return pod(
      { initContainerStatuses, containerStatuses: [status({ waiting: { reason: 'PodInitializing' } })] },
      { initContainers: [init] },
    )
  }

  test('that fails is one that fails', () => {
    const [fault, ...others] = faultsOf(seen([withInit({}, 3, ended(4))]))
    expect(fault).toMatchObject({ cause: 'InitContainerFailed', container: 'prepare', patience: 0 })
    expect(others).toEqual([])
  })
  test('that is always restarted is a sidecar: it crashes', () => {
    expect(faultsOf(seen([withInit({ restartPolicy: 'Always' }, 3)]))[0]?.cause).toBe('CrashLoop')
  })
  test('that has succeeded at last is none', () => {
    const done = {
      ...status(ended(0, 'Completed'), { name: 'prepare', restartCount: 2, ready: true }),
      lastState: ended(1),
    }
    expect(faultsOf(seen([pod({ initContainerStatuses: [done] }, { initContainers: [{ name: 'prepare' }] })]))).toEqual(
      [],
    )
  })
})

test('the Job of a migration fails as a migration', () => {
  const object = live('Job', 'web-migrate', { metadata: { labels: { 'app.kubernetes.io/component': 'migration' } } })
  expect(faultsOf(seen([pod(crashed(3))], { object }))[0]?.cause).toBe('MigrationFailed')
})

describe('a probe that kills', () => {
  const killed = pod(crashed(3, ended(0, 'Completed')))
  const events = (kind: string) => [
    event(killed, 'Killing', `Container web failed ${kind} probe, will be restarted`, { type: 'Normal' }),
    event(killed, 'Unhealthy', 'Readiness probe failed: something else'),
    event(
      killed,
      'Unhealthy',
      `${kind === 'startup' ? 'Startup' : 'Liveness'} probe failed: HTTP probe failed with statuscode: 500`,
    ),
  ]
  test.each(['liveness', 'startup'])('is what is wrong: %s', (kind) => {
    expect(faultsOf(seen([killed], { events: events(kind) }))[0]).toMatchObject({
      cause: 'ProbeFailing',
      reason: expect.stringMatching(
        /^crashed 3 times, (Liveness|Startup) probe failed: HTTP probe failed with statuscode: 500$/,
      ),
      patience: 0,
    })
  })
  test('is not what is wrong with another container', () => {
    const other = events('liveness').map((one) => ({ ...one, message: one.message.replace('web', 'sidecar') }))
    expect(faultsOf(seen([killed], { events: other }))[0]?.cause).toBe('CrashLoop')
  })
})

describe('a container that cannot be started', () => {
  const said = 'failed to create containerd task: exec: "/nope": stat /nope: no such file or directory'
  const start = { terminated: { exitCode: 128, reason: 'StartError', message: said } }
  test.each([
    ['at the try', waiting('RunContainerError', said, { restartCount: 1, lastState: start })],
    ['in the back-off', crashed(1, start)],
    ['that is created', waiting('CreateContainerError', said)],
  ])('%s', (_, state) => {
    expect(faultsOf(seen([pod(state)]))).toMatchObject([
      {
        key: 'uid-web-1/web/start',
        cause: 'StartFailed',
        reason: `the container cannot be started: ${said}`,
        patience: 30_000,
      },
    ])
  })
})
