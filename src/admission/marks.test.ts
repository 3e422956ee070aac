import { describe, expect, test } from 'vitest'
import { judge } from './testing/sample.ts'

const KEYS =
  'remove it; the annotations eks-preview/ready, eks-preview/prune, eks-preview/recreate are what people may set'

describe('marks of the action', () => {
  test.each([
    ['prune', 'disabled'],
    ['recreate', 'never'],
    ['ready', 'ignore'],
  ])('eks-preview/%s: %s may be asked for', (name, value) =>
    expect(judge({ Deployment: { metadata: { annotations: { [`eks-preview/${name}`]: value } } } }).problems).toEqual(
      [],
    ),
  )

  test.each([
    ['prune', 'off', 'eks-preview/prune is "off"', 'write disabled, or remove it'],
    ['recreate', 'always', 'eks-preview/recreate is "always"', 'write never, or remove it'],
    ['ready', 'soon', 'eks-preview/ready: soon is no rule', 'correct the rule, or remove it'],
  ])('eks-preview/%s: %s is not known', (name, value, message, hint) =>
    expect(judge({ Deployment: { metadata: { annotations: { [`eks-preview/${name}`]: value } } } }).problems).toEqual([
      { message: `Deployment/web: metadata.annotations: ${message}`, hint, file: 'k8s/Deployment.yaml' },
    ]),
  )

  test.each([
    ['a label', { metadata: { labels: { 'eks-preview/env': 'x' } } }, 'metadata.labels has eks-preview/env'],
    [
      'a stamp',
      { metadata: { annotations: { 'eks-preview/generation': '9' } } },
      'metadata.annotations has eks-preview/generation',
    ],
    [
      'a label of pods',
      { spec: { template: { metadata: { labels: { 'eks-preview/part': '9' } } } } },
      'spec.template.metadata.labels has eks-preview/part',
    ],
    [
      'a selector',
      { spec: { selector: { matchLabels: { 'eks-preview/env': 'x' } } } },
      'spec.selector.matchLabels has eks-preview/env',
    ],
    [
      'a wish on pods, where nobody reads it',
      { spec: { template: { metadata: { annotations: { 'eks-preview/ready': 'ignore' } } } } },
      'spec.template.metadata.annotations has eks-preview/ready',
    ],
  ])('%s is refused', (_, change, message) =>
    expect(judge({ Deployment: change }).problems).toEqual([
      {
        message: `Deployment/web: ${message}, by which the action knows what is its own`,
        hint: KEYS,
        file: 'k8s/Deployment.yaml',
      },
    ]),
  )

  test("kubectl's own are refused too", () =>
    expect(judge({ ConfigMap: { metadata: { labels: { 'applyset.kubernetes.io/part-of': 'x' } } } }).problems).toEqual([
      {
        message:
          'ConfigMap/settings: metadata.labels has applyset.kubernetes.io/part-of, by which kubectl prunes what is its own',
        hint: KEYS,
        file: 'k8s/ConfigMap.yaml',
      },
    ]))
})

describe('what only the cluster sets', () => {
  test.each([
    [
      { metadata: { uid: 'u' } },
      'metadata.uid is set, as in a copy of a live object',
      'remove it: the cluster sets it',
    ],
    [
      { metadata: { resourceVersion: '7' } },
      'metadata.resourceVersion is set, as in a copy of a live object',
      'remove it: the cluster sets it',
    ],
    [
      { metadata: { annotations: { 'deployment.kubernetes.io/revision': '3' } } },
      'metadata.annotations: deployment.kubernetes.io/revision is set, as in a copy of a live object',
      'remove it: the cluster sets it',
    ],
    [{ status: { replicas: 1 } }, 'status is set, as in a copy of a live object', 'remove it: the cluster sets it'],
    [
      { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u' }] } },
      'metadata.ownerReferences is set: somebody else would decide when the object goes',
      'remove it: an object of a preview goes with the preview',
    ],
    [
      { metadata: { finalizers: ['x.example/y'] } },
      'metadata.finalizers is set: somebody else would decide when the object goes',
      'remove it: an object of a preview goes with the preview',
    ],
  ])('%j is refused', (change, message, hint) =>
    expect(judge({ Deployment: change }).problems).toEqual([
      { message: `Deployment/web: ${message}`, hint, file: 'k8s/Deployment.yaml' },
    ]),
  )
})

test("a label's value may have 63 characters, those of pods too", () => {
  const labelled = (value: string) =>
    judge({
      ConfigMap: { metadata: { labels: { a: value } } },
      Deployment: { spec: { template: { metadata: { labels: { b: value } } } } },
    }).problems
  expect(labelled('x'.repeat(63))).toEqual([])
  const hint = 'shorten it, or make it an annotation'
  expect(labelled('x'.repeat(64))).toEqual([
    {
      message: "Deployment/web: spec.template.metadata.labels: the value of b has 64 characters; a label's may have 63",
      hint,
      file: 'k8s/Deployment.yaml',
    },
    {
      message: "ConfigMap/settings: metadata.labels: the value of a has 64 characters; a label's may have 63",
      hint,
      file: 'k8s/ConfigMap.yaml',
    },
  ])
})
