import { describe, expect, test } from 'vitest'
import { judge } from './testing/sample.ts'

const inNamespace = (namespace: string) => ({ metadata: { namespace } })
const all = (namespace: string) => ({
  Deployment: inNamespace(namespace),
  Service: inNamespace(namespace),
  Ingress: inNamespace(namespace),
})

test.each([
  ['none', {}],
  ['one for all, as a kustomization sets it', { ...all('shop'), ConfigMap: inNamespace('shop') }],
  ['one for most, and none for the rest', all('shop')],
])('%s is admitted', (_, changes) => expect(judge(changes).problems).toEqual([]))

test('another than most have is refused', () => {
  const hint =
    'remove it: a preview has one namespace, which the action sets. What belongs elsewhere the platform team installs'
  expect(judge({ ...all('shop'), ConfigMap: inNamespace('kube-system') }).problems).toEqual([
    {
      message: 'ConfigMap/settings: metadata.namespace is kube-system, while most objects of the build are in shop',
      hint,
      file: 'k8s/ConfigMap.yaml',
    },
  ])
  expect(judge({ ConfigMap: inNamespace('kube-system') }).problems).toEqual([
    {
      message: 'ConfigMap/settings: metadata.namespace is kube-system, while most objects of the build name none',
      hint,
      file: 'k8s/ConfigMap.yaml',
    },
  ])
})

test('half of them are no majority: those that name one are refused', () => {
  const { problems } = judge({ ConfigMap: inNamespace('other'), Service: inNamespace('other') })
  expect(problems.map(({ file }) => file)).toEqual(['k8s/Service.yaml', 'k8s/ConfigMap.yaml'])
})

describe('a Namespace of the build', () => {
  const one = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

  test('is left out, so nothing else is wrong with it', () => {
    const copied = { ...one('a'.repeat(60)), status: { phase: 'Active' } }
    const { problems, warnings } = judge({ more: [copied] })
    expect(problems).toEqual([])
    expect(warnings).toHaveLength(1)
  })

  test('beside another is refused: Kustomize would make them one, and fail', () => {
    const { problems } = judge({ more: [one('shop'), one('tools')] })
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Namespace\/shop: is not the only namespace of the build/),
      expect.stringMatching(/^Namespace\/tools: is not the only namespace of the build/),
    ])
  })
})
