import { describe, expect, test } from 'vitest'
import { environmentOf } from '../names.ts'
import type { Change } from './apply.ts'
import { type Live, refOf, type Selection } from './cluster.ts'
import { observe } from './observation.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'b' }, true)
const place = { namespace: 'previews', environment }
const SOON = 1_000
const LATE = 5_000

const live = (apiVersion: string, kind: string, name: string, rest: Partial<Live> = {}): Live => ({
  apiVersion,
  kind,
  ...rest,
  metadata: { name, namespace: 'previews', uid: `uid-${name}`, resourceVersion: '1', ...rest.metadata },
})
const owned = (owner: string) => ({
  ownerReferences: [{ apiVersion: 'v1', kind: '', name: owner, uid: `uid-${owner}`, controller: true }],
})
const revision = { 'deployment.kubernetes.io/revision': '1' }

const up = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 }
const deployment = (status: object): Live =>
  live('apps/v1', 'Deployment', 'web', { metadata: { annotations: revision } as never, spec: { replicas: 1 }, status })
const pending = deployment({ observedGeneration: 1 })
const replicaSet = live('apps/v1', 'ReplicaSet', 'web-1', {
  metadata: { ...owned('web'), annotations: revision } as never,
})
const pod = live('v1', 'Pod', 'web-1-a', { metadata: owned('web-1') as never })
const ingress = (status: object): Live => live('networking.k8s.io/v1', 'Ingress', 'web', { spec: {}, status })
const widget = live('example.com/v1', 'Widget', 'web')
const event = (about: Live, reason: string, at: string): Live =>
  live('v1', 'Event', `${reason}-${at}`, {
    involvedObject: { kind: about.kind, name: about.metadata.name, uid: about.metadata.uid },
    reason,
    message: `${reason} at ${at}`,
    lastTimestamp: at,
  })

const change = (object: Live, rest: Partial<Change> = {}): Change => ({
  subject: object.kind,
  ref: refOf(object),
  action: 'created',
  rolled: true,
  uid: object.metadata.uid,
  generation: 0,
  live: object,
  warnings: [],
  hash: '',
  ...rest,
})

/** What is there, and for which kinds it was asked. */
const look = async (there: Live[], changes: Change[], age = SOON) => {
  const asked: Selection[] = []
  const list = async (selection: Selection) => {
    asked.push(selection)
    return there.filter(({ kind }) => kind === selection.kind)
  }
  const seen = await observe({ list }, changes, place, age)
  return { seen, asked, kinds: asked.map(({ kind }) => kind) }
}

describe('only what is needed is asked for', () => {
  const known = deployment(up)

  test.each([
    ['ready', [known], [known], SOON, ['Deployment']],
    ['an Ingress', [ingress({})], [ingress({})], SOON, ['Ingress', 'TargetGroupBinding']],
    ['with its pods', [pending, replicaSet, pod], [pending], SOON, ['Deployment', 'ReplicaSet', 'Pod']],
    ['without pods', [pending, replicaSet], [pending], SOON, ['Deployment', 'ReplicaSet', 'Pod', 'Event']],
    ['long under way', [pending, replicaSet, pod], [pending], LATE, ['Deployment', 'ReplicaSet', 'Pod', 'Event']],
    ['long without a load balancer', [ingress({})], [ingress({})], LATE, ['Ingress', 'TargetGroupBinding', 'Event']],
    ['long ready', [known], [known], LATE, ['Deployment']],
  ])('%s', async (_, there, wanted, age, kinds) => {
    expect(
      (
        await look(
          there,
          wanted.map((object) => change(object)),
          age,
        )
      ).kinds,
    ).toEqual(kinds)
  })

  test('ours by the label; what others make for us without', async () => {
    const { asked } = await look([pending, ingress({})], [change(pending), change(ingress({}))], LATE)
    const selectors = Object.fromEntries(asked.map(({ kind, labelSelector }) => [kind, labelSelector]))
    const ours = `eks-preview/env=${environment.id}`
    expect(selectors).toEqual({
      Deployment: ours,
      Ingress: ours,
      ReplicaSet: ours,
      Pod: ours,
      TargetGroupBinding: undefined,
      Event: undefined,
    })
  })
})

describe('what is gone', () => {
  test.each([
    ['deleted', []],
    ['replaced', [live('apps/v1', 'Deployment', 'web', { metadata: { uid: 'other' } as never, status: up })]],
  ])('has failed when somebody %s it', async (_, there) => {
    const { seen } = await look(there, [change(pending)])
    expect(seen[0]?.state).toEqual({ failed: true, reason: 'somebody deleted or replaced it' })
  })

  test('may be a Job that was collected too soon', async () => {
    const { seen } = await look([], [change(live('batch/v1', 'Job', 'migrate'))])
    expect(seen[0]?.state).toMatchObject({ failed: true, reason: expect.stringContaining('ttlSecondsAfterFinished') })
  })
})

describe('why there are no pods', () => {
  const refusal = [event(replicaSet, 'FailedCreate', '10:00'), event(replicaSet, 'SuccessfulCreate', '09:00')]
  const refused = async (...there: Live[]) => (await look([pending, replicaSet, ...there], [change(pending)])).seen[0]

  test('is the newest word of its ReplicaSet', async () => {
    expect(await refused(...refusal)).toMatchObject({ refused: 'FailedCreate at 10:00', pods: [] })
  })

  test.each([
    ['it has made some since', [...refusal, event(replicaSet, 'SuccessfulCreate', '11:00')]],
    ['somebody else is refused', [event(pod, 'FailedCreate', '10:00')]],
    ['there is a pod', [...refusal, pod]],
  ])('is nothing when %s', async (_, there) => {
    expect(await refused(...there)).toMatchObject({ refused: undefined })
  })
})

test('only what was changed has time to say something', async () => {
  const states = [change(widget), change(widget, { action: 'unchanged' })].map(async (one) => {
    const { seen } = await look([widget], [one], SOON)
    return seen[0]?.state
  })
  expect(await Promise.all(states)).toEqual([
    { ready: false, reason: 'it has no Ready condition yet' },
    { ready: true, note: 'it has no Ready condition that would say so' },
  ])
})
