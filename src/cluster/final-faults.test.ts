import { describe, expect, test } from 'vitest'
import { ended, live, pod, seen, status, waiting } from '../../test/pod-samples.ts'
import type { Live } from './cluster.ts'
import type { Seen } from './fault.ts'
import { finalFault } from './final-faults.ts'

const final = (object: Live, pods: Live[] = [], rest: Partial<Seen & { isGone: boolean }> = {}) =>
  finalFault({ ...seen(pods, { object, ...rest }), isGone: rest.isGone ?? false }, 'it says so')

const migration = live('Job', 'web-migrate', { metadata: { labels: { 'app.kubernetes.io/component': 'migration' } } })
const failedPod = (name: string, at: string, state = ended(5)) =>
  pod({ phase: 'Failed', containerStatuses: [status(state)] }, { name, metadata: { creationTimestamp: at } })

describe('a Job', () => {
  const pods = [failedPod('old', '2026-01-01T00:00:00Z'), failedPod('new', '2026-01-01T00:00:09Z', ended(6))]
  test('has failed of the last of its pods', () => {
    expect(final(live('Job', 'seed'), pods)).toEqual({
      key: 'uid-seed/end',
      cause: 'JobFailed',
      reason: 'it says so; container web: exit code 6',
      pod: pods[1],
      container: 'web',
      patience: 0,
    })
  })
  test('that migrates fails as a migration', () => {
    expect(final(migration, pods).cause).toBe('MigrationFailed')
  })
  test('whose pods are gone says at least what it says', () => {
    expect(final(migration)).toMatchObject({ cause: 'MigrationFailed', reason: 'it says so' })
  })
})

describe('a Pod', () => {
  const object = (state: object, spec: object = {}) => pod({ phase: 'Failed', ...state }, spec)
  test.each([
    [
      'of its container',
      object({ containerStatuses: [status(ended(3))] }),
      'PodFailed',
      'it says so; container web: exit code 3',
    ],
    [
      'of memory',
      object({ containerStatuses: [status(ended(137, 'OOMKilled'))] }),
      'OutOfMemory',
      expect.stringContaining('OOMKilled'),
    ],
    [
      'of its init container, at the first time',
      object(
        {
          initContainerStatuses: [status(ended(4), { name: 'prepare' })],
          containerStatuses: [status({ waiting: {} })],
        },
        { initContainers: [{ name: 'prepare' }], restartPolicy: 'Never' },
      ),
      'InitContainerFailed',
      'it says so; container prepare: exit code 4',
    ],
    ['of its node', object({ reason: 'Evicted' }), 'PodFailed', 'Evicted'],
  ])('fails %s', (_, failed, cause, reason) => {
    expect(final(failed)).toMatchObject({ cause, reason, pod: failed, patience: 0 })
  })
})

test('a deadline that has passed is explained by the pods, where they say something', () => {
  const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }]
  const late = live('Deployment', 'web', { status: { conditions } })
  const end = { key: 'uid-web/end', patience: 30_000 }
  expect(final(late)).toMatchObject({ cause: 'ProgressDeadline', reason: 'it says so', ...end })
  const stuck = pod(waiting('ImagePullBackOff', 'not found'))
  expect(final(late, [stuck])).toMatchObject({ cause: 'ImageNotFound', culprit: 'acme/web:abc', ...end })
  expect(final(late, [], { isGone: true })).toMatchObject({ cause: 'Deleted', patience: 0 })
})

test.each([
  ['what is gone', live('Deployment', 'web'), { isGone: true }, 'Deleted'],
  ['a volume that is lost', live('PersistentVolumeClaim', 'data'), {}, 'VolumeMissing'],
  ['anything else', live('Certificate', 'web'), {}, 'ControllerFailed'],
])('%s', (_, object, rest, cause) => {
  expect(final(object, [], rest)).toMatchObject({ cause, reason: 'it says so', patience: 0 })
})
