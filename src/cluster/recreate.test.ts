import { describe, expect, test } from 'vitest'
import { environmentOf, labelsOf, recordName } from '../names.ts'
import { ApiError, type KubeObject, type Live, type Metadata } from './cluster.ts'
import { anew, costOf, immutableIn, isReplaced, keptHeadless, whyKept } from './recreate.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'main' }, true)
const record = { apiVersion: 'v1', kind: 'ConfigMap', name: recordName(environment), uid: 'any' }
const object = (kind: string, spec: object = {}, metadata: Partial<Metadata> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'a', namespace: 'previews', labels: labelsOf(environment), ...metadata },
  spec,
})
const live = (kind: string, spec: object = {}, metadata: Partial<Metadata> = {}): Live => {
  const { metadata: given, ...rest } = object(kind, spec, { ownerReferences: [record], ...metadata })
  return { ...rest, apiVersion: 'v1', kind, metadata: { ...given, uid: 'u', resourceVersion: '5' } }
}
const invalid = (...causes: { field: string; message: string }[]) =>
  new ApiError(
    422,
    'Invalid',
    `it is invalid: ${causes.map(({ field, message }) => `${field}: ${message}`).join(', ')}`,
    {
      causes: causes.map((cause) => ({ reason: 'FieldValueInvalid', ...cause })),
    },
  )

describe('what cannot be changed is named', () => {
  // As kube-apiserver 1.35 answers.
  const claim =
    'Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
  const pod = 'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.tolerations`'
  const set = "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' are forbidden"
  const storage = (size: string) => ({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } })
  const env = (value: string) => ({ containers: [{ name: 'c', image: 'i', env: [{ name: 'A', value }] }] })
  test.each([
    [
      'Deployment',
      { selector: { matchLabels: { app: 'b' } } },
      { selector: { matchLabels: { app: 'a' } } },
      'spec.selector',
      'Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
      'spec.selector.matchLabels.app',
      'field is immutable',
    ],
    [
      'Job',
      { template: { spec: { x: 1 } } },
      { template: { spec: { x: 2 } } },
      'spec.template',
      'Invalid value: {"Spec": "a: b"}: field is immutable',
      'spec.template.spec.x',
      'field is immutable',
    ],
    ['StatefulSet', { serviceName: 'b' }, { serviceName: 'a' }, 'spec', set, 'spec.serviceName', set.slice(11)],
    [
      'Service',
      { clusterIP: 'None' },
      { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] },
      'spec.clusterIPs[0]',
      'Invalid value: ["None"]: may not change once set',
      'spec.clusterIPs[0]',
      'may not change once set',
    ],
    [
      'PersistentVolumeClaim',
      storage('1Mi'),
      storage('2Mi'),
      'spec',
      `${claim}\n@@ -6,7 +6,7 @@\n- "2Mi"\n+ "1Mi"\n`,
      'spec.resources.requests.storage',
      claim.slice(11),
    ],
    ['Pod', env('2'), env('1'), 'spec', `${pod}\n@@ -98,7 @@`, 'spec.containers[0].env[0].value', pod.slice(11)],
    [
      'RoleBinding',
      {},
      {},
      'roleRef',
      'Invalid value: {"Name":"y"}: cannot change roleRef',
      'roleRef',
      'cannot change roleRef',
    ],
    [
      'ConfigMap',
      {},
      {},
      'data',
      'Forbidden: field is immutable when `immutable` is set',
      'data',
      'field is immutable when `immutable` is set',
    ],
    [
      'Queue',
      { name: 'b' },
      { name: 'a' },
      'spec.name',
      'Invalid value: "string": the name is immutable',
      'spec.name',
      'the name is immutable',
    ],
  ])('%s', (kind, wanted, before, field, message, path, said) => {
    expect(immutableIn(invalid({ field, message }), object(kind, wanted), live(kind, before))).toEqual({
      fields: [path],
      said,
    })
  })

  test('beside what is only wrong', () => {
    const error = invalid(
      { field: 'spec.b', message: 'Required value' },
      { field: 'spec.a', message: 'field is immutable' },
    )
    expect(immutableIn(error, object('Deployment', { a: 1 }), live('Deployment', { a: 2 }))?.fields).toEqual(['spec.a'])
  })

  test('by a webhook that only says so', () => {
    const error = new ApiError(422, 'Invalid', 'admission webhook "x" denied the request: spec.name is immutable')
    expect(immutableIn(error, object('Queue'), live('Queue'))).toEqual({
      fields: ['a field'],
      said: 'admission webhook "x" denied the request: spec.name is immutable',
    })
  })

  test.each([
    ['a wrong value', invalid({ field: 'spec.a', message: 'Required value' })],
    [
      'another status',
      new ApiError(409, 'Conflict', 'field is immutable', { causes: [{ message: 'field is immutable' }] }),
    ],
    ['an object of somebody else', invalid({ field: 'metadata.uid', message: 'field is immutable' })],
    ['anything else', new Error('field is immutable')],
  ])('%s is not it', (_, error) => {
    expect(immutableIn(error, object('Job'), live('Job'))).toBeUndefined()
  })
})

test('only a refusal of the uid says that it was replaced', () => {
  expect(isReplaced(invalid({ field: 'metadata.uid', message: 'field is immutable' }))).toBe(true)
  expect(isReplaced(invalid({ field: 'spec', message: 'field is immutable' }))).toBe(false)
})

describe('what may be made anew', () => {
  test.each([
    'Job',
    'Pod',
    'Deployment',
    'DaemonSet',
    'StatefulSet',
    'ReplicaSet',
    'RoleBinding',
    'Service',
    'ConfigMap',
  ])('%s', (kind) => {
    expect(whyKept(object(kind), live(kind), environment, undefined)).toBeUndefined()
  })

  const never = { annotations: { 'eks-preview/recreate': 'never' } }
  const cluster = { namespace: undefined } as unknown as Metadata
  test.each<[string, KubeObject, Live, string]>([
    ['a claim', object('PersistentVolumeClaim'), live('PersistentVolumeClaim'), 'data would be lost'],
    ...['PersistentVolume', 'Namespace', 'CustomResourceDefinition', 'StorageClass', 'ClusterRole'].map(
      (kind): [string, KubeObject, Live, string] => [
        kind,
        object(kind, {}, cluster),
        live(kind),
        'others may depend on it',
      ],
    ),
    ['what the push forbids', object('Job', {}, never), live('Job'), 'eks-preview/recreate is never'],
    ['what somebody forbade by hand', object('Job'), live('Job', {}, never), 'eks-preview/recreate is never'],
    ['what we did not apply', object('Job'), live('Job', {}, { ownerReferences: [] }), 'not ours by its owner'],
  ])('not %s', (_, wanted, before, why) => {
    expect(whyKept(wanted, before, environment, undefined)?.message).toContain(why)
  })
})

test('in a namespace of the environment’s own there are no owners to prove it', () => {
  const inside = { namespace: 'previews-1', ownerReferences: [] }
  const wanted = object('Job', {}, { namespace: 'previews-1' })
  expect(whyKept(wanted, live('Job', {}, inside), environment, 'previews-1')).toBeUndefined()
  expect(whyKept(wanted, live('Job', {}, inside), environment, undefined)?.message).toContain('not ours by its owner')
})

test('the cost is told where there is one', () => {
  expect(costOf(live('StatefulSet'))).toContain('pods are stopped')
  expect(costOf(live('Ingress'))).toContain('host name')
  expect(costOf(live('Service', { type: 'LoadBalancer' }))).toContain('host name')
  expect(costOf(live('Service'))).toContain('address')
  for (const kind of ['Job', 'ConfigMap', 'RoleBinding']) expect(costOf(live(kind))).toBeUndefined()
})

test('a Service that is not headless any more is told from others', () => {
  const headless = live('Service', { clusterIP: 'None' })
  expect(keptHeadless(object('Service'), headless)?.fields).toEqual(['spec.clusterIP'])
  expect(keptHeadless(object('Service', { clusterIP: 'None' }), headless)).toBeUndefined()
  expect(keptHeadless(object('Service', { type: 'ExternalName' }), headless)).toBeUndefined()
  expect(keptHeadless(object('Service'), live('Service', { clusterIP: '10.0.0.1' }))).toBeUndefined()
})

describe('under another name', () => {
  const before = live('Service', {
    clusterIP: '10.0.0.1',
    ports: [{ port: 80, nodePort: 30_001 }],
    healthCheckNodePort: 30_009,
  })
  test.each([
    [
      'what the old one holds is left out',
      {
        clusterIP: '10.0.0.1',
        clusterIPs: ['10.0.0.1'],
        healthCheckNodePort: 30_009,
        ports: [{ port: 80, nodePort: 30_001 }],
      },
      { ports: [{ port: 80 }] },
    ],
    [
      'what it does not hold is asked for',
      { clusterIP: '10.0.0.2', ports: [{ port: 80, nodePort: 30_002 }] },
      { clusterIP: '10.0.0.2', ports: [{ port: 80, nodePort: 30_002 }] },
    ],
    [
      'headless is no address',
      { clusterIP: 'None', ports: [{ port: 80 }] },
      { clusterIP: 'None', ports: [{ port: 80 }] },
    ],
    ['no ports are none', { selector: { a: 'b' } }, { selector: { a: 'b' } }],
  ])('%s', (_, spec, expected) => {
    const renamed = anew(object('Service', spec), 'other', before)
    expect(renamed).toEqual({
      ...object('Service', expected),
      metadata: { ...object('Service').metadata, name: 'other' },
    })
  })
})
