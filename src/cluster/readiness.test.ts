import { describe, expect, test } from 'vitest'
import type { Live } from './cluster.ts'
import { hasState, isJobComplete, isJobFailed, type Readiness, readiness } from './readiness.ts'

type Row = { when: string; spec?: object; status?: object; metadata?: object; is: Readiness }

const ready = { ready: true } as const
const note = (text: string) => ({ ready: true, note: text }) as const
const notYet = (reason: string) => ({ ready: false, reason }) as const
const failed = (reason: string) => ({ failed: true, reason }) as const
const yes = (type: string, more: object = {}) => ({ type, status: 'True', ...more })
const no = (type: string, more: object = {}) => ({ type, status: 'False', ...more })

const object = (apiVersion: string, kind: string, { spec = {}, status, metadata = {} }: Partial<Row>): Live => ({
  apiVersion,
  kind,
  metadata: { name: 'web', namespace: 'previews', uid: 'u', resourceVersion: '9', generation: 2, ...metadata },
  spec,
  ...(status === undefined ? {} : { status }),
})

const table = (apiVersion: string, kind: string, rows: Row[]) =>
  describe(kind, () => {
    test.each(rows)('$when', (row) => {
      expect(readiness(object(apiVersion, kind, row), { generation: 2, bindings: [] })).toEqual(row.is)
    })
  })

const up = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 }

table('apps/v1', 'Deployment', [
  { when: 'complete', spec: { replicas: 2 }, status: up, is: ready },
  { when: 'never seen', spec: { replicas: 2 }, status: {}, is: notYet('its controller has not seen it yet') },
  {
    when: 'seen before the change',
    spec: { replicas: 2 },
    status: { ...up, observedGeneration: 1 },
    is: notYet('its controller has not seen the change yet'),
  },
  { when: 'read before the change', metadata: { generation: 1 }, is: notYet('the change is not visible yet') },
  { when: 'on its way out', metadata: { deletionTimestamp: 'now' }, status: up, is: notYet('it is being deleted') },
  {
    when: 'half updated',
    spec: { replicas: 2 },
    status: { ...up, updatedReplicas: 1 },
    is: notYet('1 of 2 pods updated'),
  },
  {
    when: 'old pods left',
    spec: { replicas: 2 },
    status: { ...up, replicas: 3 },
    is: notYet('1 old pods still there'),
  },
  { when: 'not ready', spec: { replicas: 2 }, status: { ...up, readyReplicas: 1 }, is: notYet('1 of 2 pods ready') },
  {
    when: 'not available',
    spec: { replicas: 2 },
    status: { ...up, availableReplicas: 1 },
    is: notYet('1 of 2 pods available'),
  },
  {
    when: 'one replica by default',
    status: { ...up, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
    is: ready,
  },
  { when: 'no replicas', spec: { replicas: 0 }, status: { observedGeneration: 2 }, is: note('it has no replicas') },
  { when: 'paused', spec: { paused: true }, status: { observedGeneration: 2 }, is: note('the rollout is paused') },
  {
    when: 'out of time',
    status: {
      observedGeneration: 2,
      conditions: [no('Progressing', { reason: 'ProgressDeadlineExceeded', message: 'timed out' })],
    },
    is: failed('timed out'),
  },
  {
    when: 'over quota',
    status: { observedGeneration: 2, conditions: [yes('ReplicaFailure', { message: 'exceeded quota' })] },
    is: notYet('0 of 1 pods updated: exceeded quota'),
  },
])

const set = { observedGeneration: 2, readyReplicas: 2, updatedReplicas: 2, currentRevision: 'b', updateRevision: 'b' }

table('apps/v1', 'StatefulSet', [
  { when: 'complete', spec: { replicas: 2 }, status: set, is: ready },
  { when: 'never seen', spec: { replicas: 2 }, status: {}, is: notYet('its controller has not seen it yet') },
  {
    when: 'half updated',
    spec: { replicas: 2 },
    status: { ...set, updatedReplicas: 1 },
    is: notYet('1 of 2 pods updated'),
  },
  { when: 'not ready', spec: { replicas: 2 }, status: { ...set, readyReplicas: 1 }, is: notYet('1 of 2 pods ready') },
  {
    when: 'completing',
    spec: { replicas: 2 },
    status: { ...set, currentRevision: 'a' },
    is: notYet('the rollout is being completed'),
  },
  {
    when: 'updated down to its partition',
    spec: { replicas: 2, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
    status: { ...set, updatedReplicas: 1, currentRevision: 'a' },
    is: ready,
  },
  {
    when: 'updated by deletion only',
    spec: { replicas: 2, updateStrategy: { type: 'OnDelete' } },
    status: { ...set, updatedReplicas: 0, currentRevision: 'a' },
    is: ready,
  },
])

const daemons = {
  observedGeneration: 2,
  desiredNumberScheduled: 3,
  currentNumberScheduled: 3,
  updatedNumberScheduled: 3,
  numberAvailable: 3,
  numberReady: 3,
}

table('apps/v1', 'DaemonSet', [
  { when: 'complete', status: daemons, is: ready },
  { when: 'never seen', status: {}, is: notYet('its controller has not seen it yet') },
  { when: 'no node for it', status: { ...daemons, desiredNumberScheduled: 0 }, is: note('no node is meant to run it') },
  { when: 'half updated', status: { ...daemons, updatedNumberScheduled: 1 }, is: notYet('1 of 3 pods updated') },
  { when: 'none available', status: { ...daemons, numberAvailable: undefined }, is: notYet('0 of 3 pods available') },
])

table('apps/v1', 'ReplicaSet', [
  { when: 'complete', spec: { replicas: 2 }, status: { observedGeneration: 2, availableReplicas: 2 }, is: ready },
  { when: 'on its way', spec: { replicas: 2 }, status: { observedGeneration: 2 }, is: notYet('0 of 2 pods available') },
])

table('v1', 'Pod', [
  { when: 'ready', status: { phase: 'Running', conditions: [yes('Ready')] }, is: ready },
  { when: 'done', status: { phase: 'Succeeded', conditions: [no('Ready')] }, is: ready },
  {
    when: 'failed',
    status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    is: failed('low on memory'),
  },
  {
    when: 'starting',
    status: { phase: 'Pending', conditions: [no('Ready', { message: 'containers with unready status: [c]' })] },
    is: notYet('containers with unready status: [c]'),
  },
  { when: 'new', status: {}, is: notYet('the pod is not ready') },
])

table('batch/v1', 'Job', [
  { when: 'complete', status: { conditions: [yes('SuccessCriteriaMet'), yes('Complete')] }, is: ready },
  {
    when: 'failed',
    status: { conditions: [yes('FailureTarget'), yes('Failed', { reason: 'BackoffLimitExceeded' })] },
    is: failed('BackoffLimitExceeded'),
  },
  { when: 'running', status: { active: 1 }, is: notYet('the job has not finished') },
  { when: 'suspended', spec: { suspend: true }, status: {}, is: note('the job is suspended') },
])

table('v1', 'PersistentVolumeClaim', [
  { when: 'bound', status: { phase: 'Bound' }, is: ready },
  { when: 'pending', status: { phase: 'Pending' }, is: note('the volume is bound with the first pod that uses it') },
  { when: 'lost', status: { phase: 'Lost' }, is: failed('its volume is lost') },
])

const balanced = { loadBalancer: { ingress: [{ hostname: 'k8s-preview.us-east-1.elb.amazonaws.com' }] } }

table('v1', 'Service', [
  { when: 'it has an address', spec: { clusterIP: '10.96.0.9' }, is: ready },
  { when: 'headless', spec: { clusterIP: 'None' }, is: ready },
  { when: 'a name for another', spec: { type: 'ExternalName' }, is: ready },
  { when: 'no address yet', spec: {}, is: notYet('it has no cluster IP') },
  {
    when: 'no load balancer yet',
    spec: { type: 'LoadBalancer', clusterIP: '10.96.0.9' },
    status: { loadBalancer: {} },
    is: notYet('it has no load balancer yet'),
  },
  { when: 'a load balancer', spec: { type: 'LoadBalancer', clusterIP: '10.96.0.9' }, status: balanced, is: ready },
  {
    when: 'a load balancer with an IP',
    spec: { type: 'LoadBalancer', clusterIP: '10.96.0.9' },
    status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
    is: ready,
  },
])

table('networking.k8s.io/v1', 'Ingress', [
  { when: 'no load balancer yet', status: { loadBalancer: {} }, is: notYet('it has no load balancer yet') },
  { when: 'a load balancer', status: balanced, is: ready },
])

table('autoscaling/v2', 'HorizontalPodAutoscaler', [
  {
    when: 'metrics are missing',
    status: { conditions: [no('ScalingActive', { reason: 'FailedGetResourceMetric' })] },
    is: ready,
  },
])

table('example.com/v1', 'Widget', [
  { when: 'nothing is known', is: ready },
  {
    when: 'its controller gave up',
    status: { conditions: [yes('Stalled', { message: 'bad spec' })] },
    is: failed('bad spec'),
  },
  {
    when: 'its controller is behind',
    status: { observedGeneration: 1 },
    is: notYet('its controller has not seen the change yet'),
  },
])

describe('an Ingress and the target group bindings of its Services', () => {
  const ingress = object('networking.k8s.io/v1', 'Ingress', {
    spec: {
      defaultBackend: { service: { name: 'other' } },
      rules: [{}, { http: { paths: [{ backend: { service: { name: 'web' } } }] } }],
    },
    status: balanced,
  })
  const binding = (service: string, observedGeneration: number) =>
    object('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding', {
      spec: { serviceRef: { name: service } },
      status: { observedGeneration },
      metadata: { name: `k8s-previews-${service}` },
    })

  test.each([
    { bindings: [binding('web', 2), binding('other', 2)], is: ready },
    { bindings: [binding('web', 1)], is: notYet('target group binding k8s-previews-web is not reconciled') },
    { bindings: [binding('other', 1)], is: notYet('target group binding k8s-previews-other is not reconciled') },
    { bindings: [binding('somebody', 1)], is: ready },
  ])('$is', ({ bindings, is }) => {
    expect(readiness(ingress, { generation: 2, bindings })).toEqual(is)
  })
})

test('what has no state is not waited for', () => {
  expect(hasState(object('v1', 'ConfigMap', {}))).toBe(false)
  expect(hasState(object('apps/v1', 'Deployment', {}))).toBe(true)
  expect(hasState(object('example.com/v1', 'Widget', { status: {} }))).toBe(true)
})

test.each([
  { conditions: [yes('Complete')], complete: true, hasFailed: false },
  { conditions: [yes('FailureTarget')], complete: false, hasFailed: true },
  { conditions: [no('Failed')], complete: false, hasFailed: false },
])('the end of a Job: %j', ({ conditions, complete, hasFailed }) => {
  const job = object('batch/v1', 'Job', { status: { conditions } })
  expect(isJobComplete(job)).toBe(complete)
  expect(isJobFailed(job)).toBe(hasFailed)
})
