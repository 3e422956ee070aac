import { expect, test } from 'vitest'
import type { KubeObject } from '../cluster/cluster.ts'
import { originOf, tidy } from './origin.ts'

const object = (annotations?: Record<string, string>, rest: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...(annotations && { annotations }) },
  ...rest,
})
const from = (origin: string) => object({ 'config.kubernetes.io/origin': origin })

test.each([
  ['path: ../../repo/k8s/web.yaml\n', 'k8s/web.yaml'],
  [
    'configuredIn: ../../repo/k8s/kustomization.yaml\nconfiguredBy: { kind: ConfigMapGenerator }\n',
    'k8s/kustomization.yaml',
  ],
  ['repo: https://example.com/base\nref: main\n', undefined],
  ['not what kustomize writes', undefined],
])('%j is the file %s', (origin, file) => expect(originOf(from(origin), '/temp/overlay', '/repo')).toBe(file))

test('an object without an origin has no file', () => {
  expect(originOf(object(), '/temp/overlay', '/repo')).toBeUndefined()
})

test('the origin goes, and people’s annotations stay', () => {
  expect(tidy(from('path: x'))).toEqual(object())
  expect(tidy(object({ 'config.kubernetes.io/origin': 'path: x', note: 'y' }))).toEqual(object({ note: 'y' }))
})

test('what nobody has filled in goes; what is a copy of a live object stays, to be seen', () => {
  expect(tidy({ ...object(), status: { loadBalancer: {} } })).toEqual(object())
  expect(tidy({ ...object(), status: null })).toEqual(object())
  const { metadata } = object()
  expect(tidy({ ...object(), metadata: { ...metadata, creationTimestamp: null as never } })).toEqual(object())
  const live = {
    ...object(),
    metadata: { ...metadata, creationTimestamp: '2024-01-01T00:00:00Z' },
    status: { replicas: 1 },
  }
  expect(tidy(live)).toEqual(live)
})
