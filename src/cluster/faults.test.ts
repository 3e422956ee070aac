import { describe, expect, test } from 'vitest'
import { crashed, event, live, pod, seen, status, waiting } from '../../test/pod-samples.ts'
import type { Live } from './cluster.ts'
import { type Fault, NEVER, type Seen } from './fault.ts'
import { faultsOf, waitingFor } from './faults.ts'

const first = (pods: Live[], rest: Partial<Seen> = {}): Fault | undefined => faultsOf(seen(pods, rest))[0]

test('a pull that fails is one trouble under both of its names, and the image is to blame', () => {
  const faults = ['ErrImagePull', 'ImagePullBackOff'].map((reason) => first([pod(waiting(reason, 'not found'))]))
  expect(faults.map((fault) => fault?.key)).toEqual(['uid-web-1/web/image', 'uid-web-1/web/image'])
  expect(faults[0]).toMatchObject({ culprit: 'acme/web:abc', reason: 'ErrImagePull: not found' })
})

test.each(['ContainerCreating', 'PodInitializing'])('%s alone is no trouble', (reason) => {
  expect(faultsOf(seen([pod(waiting(reason)), pod({})]))).toEqual([])
})

test('the surest comes first', () => {
  const pods = [pod(crashed(1), { name: 'a' }), pod(waiting('InvalidImageName'), { name: 'b' })]
  expect(faultsOf(seen(pods)).map(({ cause }) => cause)).toEqual(['ImageNameInvalid', 'CrashLoop'])
})

describe('missing configuration', () => {
  test.each([
    ['secret "app1" not found', 'Secret/previews/app1', 'Secret/previews/app1 is not there'],
    ['configmap "app1" not found', 'ConfigMap/previews/app1', 'ConfigMap/previews/app1 is not there'],
    ["couldn't find key K in Secret previews/app1", 'Secret/previews/app1', 'Secret/previews/app1 has no key K'],
  ])('%s', (message, culprit, reason) => {
    const at = pod(waiting('CreateContainerConfigError', message))
    expect(first([at])).toMatchObject({ cause: 'ConfigMissing', culprit, reason, patience: 30_000 })
    expect(first([at], { mayMakeConfig: true })?.patience).toBe(120_000)
  })

  test('another mistake in a container’s configuration', () => {
    const message = 'container has runAsNonRoot and image will run as root'
    expect(first([pod(waiting('CreateContainerConfigError', message))])).toMatchObject({
      cause: 'StartFailed',
      reason: `the container cannot be started: ${message}`,
      patience: 30_000,
    })
  })
})

describe('no node', () => {
  const message = '0/3 nodes are available: 3 Insufficient cpu.'
  const unscheduled = (said: string, reason = 'Unschedulable') =>
    pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason, message: said }] })
  const at = unscheduled(message)

  test.each([
    ['nobody starts one', [], 180_000],
    [
      'one is started (Cluster Autoscaler)',
      [event(at, 'TriggeredScaleUp', 'pod triggered scale-up: [{a 1->2}]')],
      NEVER,
    ],
    ['one is started (Karpenter)', [event(at, 'Nominated', 'Pod should schedule on: nodeclaim/a')], NEVER],
    [
      'none would help',
      [event(at, 'NotTriggerScaleUp', "pod didn't trigger scale-up: 1 max node group size reached")],
      60_000,
    ],
    [
      'none fits',
      [event(at, 'FailedScheduling', 'Failed to schedule pod, incompatible with nodepool "default"')],
      60_000,
    ],
    [
      'none is big enough',
      [event(at, 'FailedScheduling', 'no instance type satisfied resources {"cpu":"500"}')],
      60_000,
    ],
    [
      'none would help, but one is started at last',
      [event(at, 'NotTriggerScaleUp', 'no'), event(at, 'TriggeredScaleUp', 'yes')],
      NEVER,
    ],
    ['of another pod', [event(pod({}, { name: 'b' }), 'NotTriggerScaleUp', 'no')], 180_000],
  ])('%s', (_, events, patience) => {
    expect(first([at], { events })).toMatchObject({
      cause: 'Unschedulable',
      patience,
      reason: expect.stringContaining(message),
    })
  })

  test('because its volume is not there', () => {
    const said = '0/1 nodes are available: persistentvolumeclaim "data" not found. not found'
    expect(first([unscheduled(said)])).toMatchObject({
      cause: 'VolumeMissing',
      culprit: 'PersistentVolumeClaim/previews/data',
      patience: 60_000,
    })
  })

  test('because it is not to have one yet', () => {
    expect(first([unscheduled('', 'SchedulingGated')])).toBeUndefined()
  })
})

describe('a volume', () => {
  const creating = pod(waiting('ContainerCreating'))
  const setUp = (why: string) => `MountVolume.SetUp failed for volume "v" : ${why}`
  test.each([
    ['FailedMount', setUp('secret "app1" not found'), 'ConfigMissing', 'Secret/previews/app1', 60_000],
    [
      'FailedMount',
      setUp('configmap references non-existent config key: k'),
      'ConfigMissing',
      'key k of a ConfigMap',
      60_000,
    ],
    ['FailedMount', setUp('driver name efs.csi.aws.com not found in the list'), 'VolumeMissing', 'volume v', 60_000],
    [
      'FailedAttachVolume',
      'Multi-Attach error for volume "v" Volume is already used',
      'VolumeUnavailable',
      'volume v',
      300_000,
    ],
    ['FailedMount', 'Unable to attach or mount volumes: timed out waiting', 'VolumeUnavailable', undefined, NEVER],
  ])('%s: %s', (reason, message, cause, culprit, patience) => {
    const fault = first([creating], { events: [event(creating, reason, message)] })
    expect(fault).toMatchObject({ cause, patience })
    expect(fault?.culprit).toBe(culprit)
  })

  test('that was mounted at last is none, however long the image takes then', () => {
    const failed = event(creating, 'FailedMount', 'not found')
    const pulling = event(creating, 'Pulling', 'Pulling image "a"', { type: 'Normal', at: '2026-01-01T00:00:09Z' })
    expect(first([creating], { events: [failed, pulling] })).toBeUndefined()
    const running = pod({ containerStatuses: [status({ running: {} }, { ready: true })] })
    expect(first([running], { events: [failed] })).toBeUndefined()
  })

  test('may still come where a custom resource stands for what is mounted', () => {
    const events = [event(creating, 'FailedMount', setUp('secret "app1" not found'))]
    expect(first([creating], { events, mayMakeConfig: true })?.patience).toBe(120_000)
  })

  describe('that is still to be made', () => {
    const waits = (volumes: object[], spec: object = {}) =>
      pod({ phase: 'Pending' }, { volumes, ...spec, metadata: { creationTimestamp: '2026-01-01T00:00:01Z' } })
    const claim = { name: 'v', persistentVolumeClaim: { claimName: 'data' } }
    const data = live('PersistentVolumeClaim', 'data')
    const refused = (count: number, at = '2026-01-01T00:00:09Z', about = data) =>
      event(about, 'ProvisioningFailed', 'storageclass "gp9" not found', { count, at })
    const made = event(data, 'ProvisioningSucceeded', 'made', { type: 'Normal', at: '2026-01-01T00:00:09Z' })

    test.each([
      ['two tries', [refused(2)], NEVER],
      ['three tries', [refused(3)], 0],
      ['three tries in other words', [refused(2), refused(1, '2026-01-01T00:00:05Z')], 0],
    ])('after %s', (_, events, patience) => {
      expect(first([waits([claim])], { events })).toMatchObject({
        cause: 'VolumeUnavailable',
        culprit: 'PersistentVolumeClaim/previews/data',
        reason: 'storageclass "gp9" not found',
        patience,
      })
    })

    test('for one pod only', () => {
      const events = [refused(3, '2026-01-01T00:00:09Z', live('PersistentVolumeClaim', 'web-1-v'))]
      expect(first([waits([{ name: 'v', ephemeral: {} }])], { events })?.culprit).toBe(
        'PersistentVolumeClaim/previews/web-1-v',
      )
    })

    test.each([
      ['that was made at last', waits([claim]), [refused(3), made]],
      ['of which nobody has said so since the pod is there', waits([claim]), [refused(3, '2026-01-01T00:00:00Z')]],
      ['of another claim', waits([claim]), [refused(3, '2026-01-01T00:00:09Z', live('PersistentVolumeClaim', 'b'))]],
      ['of a pod that has its node', waits([claim], { nodeName: 'a' }), [refused(3)]],
    ])('is none: one %s', (_, one, events) => expect(first([one], { events })).toBeUndefined())
  })
})

describe('a health check', () => {
  const running = (probes: object, rest: object = {}) =>
    pod(
      { containerStatuses: [status({ running: {} }, { started: true, ...rest })] },
      { containers: [{ name: 'web', ...probes }] },
    )
  const readinessProbe = { httpGet: { path: '/healthz', port: 3000 } }

  test('that fails is borne for four minutes, and longer where it begins late', () => {
    expect(first([running({ readinessProbe })])).toMatchObject({
      cause: 'ProbeFailing',
      reason: 'it runs, but its readiness probe has not succeeded',
      patience: 240_000,
    })
    expect(first([running({ readinessProbe: { ...readinessProbe, initialDelaySeconds: 90 } })])?.patience).toBe(330_000)
  })
  test('is told in the kubelet’s words', () => {
    const at = running({ readinessProbe })
    const message = 'Readiness probe failed: HTTP probe failed with statuscode: 500'
    expect(first([at], { events: [event(at, 'Unhealthy', message)] })?.reason).toBe(message)
  })
  test('is another trouble after a restart', () => {
    const keys = [0, 1].map((restartCount) => first([running({ readinessProbe }, { restartCount })])?.key)
    expect(new Set(keys).size).toBe(2)
  })
  test('at the start has its own patience, after which the kubelet restarts the container', () => {
    const starting = running({ readinessProbe, startupProbe: readinessProbe }, { started: false })
    expect(first([starting])).toMatchObject({ reason: expect.stringContaining('startup probe'), patience: NEVER })
  })
  test('is none without a probe', () => {
    expect(first([running({})])).toBeUndefined()
  })
})

describe('a load balancer', () => {
  const ingress = (state: object = {}) => live('Ingress', 'web', { status: state })
  const FAILED = 'Failed build model due to ingress'
  const about = (reason: string, message: string, at = '2026-01-01T00:00:00Z') =>
    event(ingress(), reason, message, { at })
  test.each([
    [
      about('FailedBuildModel', `${FAILED}: previews/web: unknown targetType: bogus`),
      'LoadBalancerRefused',
      undefined,
      30_000,
    ],
    [
      about('FailedBuildModel', `${FAILED}: pr-4/web: unknown targetType: bogus`),
      'BlockedByOtherIngress',
      'Ingress/pr-4/web',
      30_000,
    ],
    [
      about('FailedBuildModel', 'conflicting scheme: map[internal:{} internet-facing:{}]'),
      'LoadBalancerRefused',
      undefined,
      30_000,
    ],
    [
      about('FailedDeployModel', 'operation error: CreateRule, TooManyRules: full'),
      'LoadBalancerFull',
      undefined,
      60_000,
    ],
    [
      about('FailedDeployModel', 'operation error: CreateTargetGroup, AccessDenied'),
      'LoadBalancerRefused',
      undefined,
      60_000,
    ],
    [
      about('FailedLoadGroupID', 'IngressClass.networking.k8s.io "nope" not found'),
      'LoadBalancerRefused',
      undefined,
      30_000,
    ],
  ])('$reason', (failed, cause, culprit, patience) => {
    const fault = first([], { object: ingress(), events: [failed] })
    expect(fault).toMatchObject({ cause, patience, reason: `${failed.reason}: ${failed.message}` })
    expect(fault?.culprit).toBe(culprit)
  })

  const failed = about('FailedBuildModel', 'no', '2026-01-01T00:00:05Z')
  const good = (second: number) => about('SuccessfullyReconciled', 'yes', `2026-01-01T00:00:0${second}Z`)
  test('that was refused, but not since, is in order; one that was in order may be refused', () => {
    expect(first([], { object: ingress(), events: [failed, good(6)] })).toBeUndefined()
    expect(first([], { object: ingress(), events: [good(4), failed] })).toMatchObject({ cause: 'LoadBalancerRefused' })
  })
  test('that is there is none to judge by events', () => {
    const object = ingress({ loadBalancer: { ingress: [{ hostname: 'lb.test' }] } })
    expect(first([], { object, events: [failed] })).toBeUndefined()
  })
})

test.each([
  [
    { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }] },
    '0/1 nodes are available',
  ],
  [{ conditions: [{ type: 'Ready', status: 'True' }] }, undefined],
  [waiting('ContainerCreating'), 'web: ContainerCreating'],
  [waiting('ErrImagePull'), 'web: cannot pull its image'],
  [waiting('ImagePullBackOff'), 'web: cannot pull its image'],
  [
    { conditions: [{ type: 'Ready', status: 'False', message: 'with unready status: [c]' }] },
    'with unready status: [c]',
  ],
  [{}, 'starting'],
])('%j waits for: %s', (state, text) => {
  expect(waitingFor(pod(state))).toBe(text)
})
