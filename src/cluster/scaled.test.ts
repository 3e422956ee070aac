import { expect, test } from 'vitest'
import type { KubeObject } from './cluster.ts'
import { withoutScaledReplicas } from './scaled.ts'

const object = (apiVersion: string, kind: string, name: string, spec: object, namespace = 'previews'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec,
})
const workload = (kind: string, name: string, namespace?: string) =>
  object('apps/v1', kind, name, { replicas: 3, selector: {} }, namespace)
const scaler = (scaleTargetRef: object) => object('autoscaling/v2', 'HorizontalPodAutoscaler', 'h', { scaleTargetRef })
const keda = (scaleTargetRef: object) => object('keda.sh/v1alpha1', 'ScaledObject', 'k', { scaleTargetRef })
const sent = (...objects: KubeObject[]) =>
  withoutScaledReplicas(objects).map(({ spec }) => (spec as { replicas?: number }).replicas)

test.each([
  ['an HPA', scaler({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }), 'Deployment'],
  [
    'an HPA of an older version',
    scaler({ apiVersion: 'apps/v1beta2', kind: 'StatefulSet', name: 'web' }),
    'StatefulSet',
  ],
  ['a ScaledObject', keda({ name: 'web' }), 'Deployment'],
  ['a ScaledObject that says more', keda({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' }), 'StatefulSet'],
])('%s has the word', (_, one, kind) => {
  expect(sent(workload(kind, 'web'), one, workload(kind, 'other'))).toEqual([undefined, undefined, 3])
})

test.each([
  ['of another kind', scaler({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' })],
  ['of another group', scaler({ apiVersion: 'example.com/v1', kind: 'Deployment', name: 'web' })],
  ['of nothing', scaler({})],
  ['that is none', object('v1', 'ConfigMap', 'c', { scaleTargetRef: { name: 'web' } })],
])('a target %s is not meant', (_, one) => {
  expect(sent(workload('Deployment', 'web'), one)[0]).toBe(3)
})

test('nor is one in another namespace, and nothing else is changed', () => {
  const elsewhere = workload('Deployment', 'web', 'elsewhere')
  const objects = [workload('Deployment', 'web'), elsewhere, scaler({ kind: 'Deployment', name: 'web' })]
  const [first, second, third] = withoutScaledReplicas(objects)
  expect(first?.spec).toEqual({ selector: {} })
  expect(second).toBe(elsewhere)
  expect(third).toBe(objects[2])
  expect(objects[0]?.spec).toEqual({ replicas: 3, selector: {} })
})
