import { describe, expect, test } from 'vitest'
import type { Live } from './cluster.ts'
import { faultsOf, waitingFor } from './faults.ts'

const pod = (status: object, metadata: object = {}): Live => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', uid: 'u', resourceVersion: '1', ...metadata },
  status,
})
const waiting = (reason: string, message = '', restartCount = 0, lastState: object = {}) => ({
  containerStatuses: [{ name: 'c', restartCount, ready: false, state: { waiting: { reason, message } }, lastState }],
})

describe('how long a trouble is borne', () => {
  const exit = { terminated: { exitCode: 137, reason: 'OOMKilled' } }
  test.each([
    { status: waiting('InvalidImageName'), patience: 0 },
    { status: waiting('ErrImageNeverPull'), patience: 0 },
    { status: waiting('ErrImagePull', 'docker.io/a:1: not found'), patience: 20_000 },
    {
      status: waiting('ImagePullBackOff', 'Back-off pulling image "a:1": ErrImagePull: manifest unknown'),
      patience: 20_000,
    },
    { status: waiting('ErrImagePull', 'no basic auth credentials'), patience: 20_000 },
    { status: waiting('ErrImagePull', '429 Too Many Requests: toomanyrequests'), patience: 240_000 },
    { status: waiting('ImagePullBackOff', 'dial tcp: i/o timeout'), patience: 240_000 },
    { status: waiting('CreateContainerConfigError', 'secret "s" not found'), patience: 30_000 },
    { status: waiting('CrashLoopBackOff', '', 3, exit), patience: 0 },
  ])('$status.containerStatuses.0.state.waiting: $patience ms', ({ status, patience }) => {
    expect(faultsOf(pod(status))).toMatchObject([{ container: 'c', patience }])
  })

  test.each([
    waiting('ContainerCreating'),
    waiting('PodInitializing'),
    waiting('CrashLoopBackOff', '', 2, exit),
    { containerStatuses: [{ name: 'c', restartCount: 9, ready: true, state: { running: {} } }] },
    {},
  ])('none in %j', (status) => {
    expect(faultsOf(pod(status))).toEqual([])
  })
})

test('a crash says how the container ended', () => {
  const [oom] = faultsOf(
    pod(waiting('CrashLoopBackOff', '', 3, { terminated: { exitCode: 137, reason: 'OOMKilled' } })),
  )
  expect(oom?.reason).toBe('crashed 3 times, exit code 137 (OOMKilled)')
  const [plain] = faultsOf(pod(waiting('CrashLoopBackOff', '', 4, { terminated: { exitCode: 1, reason: 'Error' } })))
  expect(plain?.reason).toBe('crashed 4 times, exit code 1')
})

test('a pull that fails is one trouble under both of its names', () => {
  const keys = ['ErrImagePull', 'ImagePullBackOff'].map((reason) => faultsOf(pod(waiting(reason, 'not found')))[0]?.key)
  expect(keys).toEqual(['u/c/image', 'u/c/image'])
})

test('init containers count; a pod on its way out does not', () => {
  const { containerStatuses } = waiting('InvalidImageName')
  expect(faultsOf(pod({ initContainerStatuses: containerStatuses }))).toHaveLength(1)
  expect(faultsOf(pod({ containerStatuses }, { deletionTimestamp: 'now' }))).toEqual([])
})

test.each([
  [
    { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }] },
    '0/1 nodes are available',
  ],
  [{ conditions: [{ type: 'Ready', status: 'True' }] }, undefined],
  [waiting('ContainerCreating'), 'c: ContainerCreating'],
  [waiting('ErrImagePull'), 'c: cannot pull its image'],
  [waiting('ImagePullBackOff'), 'c: cannot pull its image'],
  [
    { conditions: [{ type: 'Ready', status: 'False', message: 'containers with unready status: [c]' }] },
    'containers with unready status: [c]',
  ],
  [{}, 'starting'],
])('%j waits for: %s', (status, text) => {
  expect(waitingFor(pod(status))).toBe(text)
})
