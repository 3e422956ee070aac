import { describe, expect, test } from 'vitest'
import { crashed, deployment, ended, event, live, pod, status, waiting } from '../../test/pod-samples.ts'
import type { Live } from './cluster.ts'
import { chainOf, containerRows, tellingEvents, uidsOf } from './evidence.ts'

const owner = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }],
})

test('containers, those that are not as they should be first', () => {
  const containerStatuses = [
    status({ running: {} }, { name: 'ready', ready: true }),
    status(ended(0, 'Completed'), { name: 'done' }),
    status({ running: {} }, { name: 'starting' }),
    status(ended(137, 'OOMKilled'), { name: 'killed', restartCount: 1 }),
    ...crashed(3).containerStatuses,
    status(undefined, { name: 'unknown' }),
  ]
  expect(containerRows([pod({ containerStatuses })])).toEqual([
    { pod: 'web-1', name: 'starting', state: 'running', reason: 'not ready', restarts: 0 },
    { pod: 'web-1', name: 'killed', state: 'ended', reason: 'OOMKilled', exitCode: 137, restarts: 1 },
    { pod: 'web-1', name: 'web', state: 'waiting', reason: 'CrashLoopBackOff', exitCode: 1, restarts: 3 },
    { pod: 'web-1', name: 'unknown', state: 'unknown', reason: '', restarts: 0 },
    { pod: 'web-1', name: 'ready', state: 'running', reason: '', restarts: 0 },
    { pod: 'web-1', name: 'done', state: 'ended', reason: 'Completed', exitCode: 0, restarts: 0 },
  ])
})

test('the way from an object to its pod', () => {
  const made = pod({}, { metadata: owner('ReplicaSet', 'web-5cb') })
  expect(chainOf(deployment, made)).toEqual([
    'Deployment/previews/web',
    'ReplicaSet/previews/web-5cb',
    'Pod/previews/web-1',
  ])
  expect(chainOf(live('Job', 'seed'), pod({}, { metadata: owner('Job', 'seed') }))).toEqual([
    'Job/previews/seed',
    'Pod/previews/web-1',
  ])
  expect(chainOf(deployment, undefined)).toEqual(['Deployment/previews/web'])
  expect(chainOf(made, made)).toEqual(['Pod/previews/web-1'])
})

test('what events may be about', () => {
  expect(uidsOf(deployment, [pod({}, { metadata: owner('ReplicaSet', 'web-5cb') })])).toEqual(
    new Set(['uid-web', 'uid-web-1', 'uid-web-5cb']),
  )
})

describe('events', () => {
  const pods = [pod(waiting('x'), { name: 'web-1' }), pod(waiting('x'), { name: 'web-2' })]
  const backOffs = pods.map((one) => {
    const { name, uid } = one.metadata
    return event(one, 'BackOff', `Back-off restarting failed container web in pod ${name}_previews(${uid})`)
  })
  const failed = event(pods[0] as Live, 'Failed', 'Failed to pull image "acme/web:abc": not found')
  const echo = event(pods[0] as Live, 'Failed', 'Error: ImagePullBackOff')

  test('are told once, however many pods they are about', () => {
    expect(tellingEvents(backOffs, pods)).toEqual([backOffs[0]])
  })
  test('that only repeat a state are told when there are no others', () => {
    expect(tellingEvents([echo, ...backOffs, failed], pods)).toEqual([failed])
    expect(tellingEvents([echo], pods)).toEqual([echo])
  })
})
