import { expect, test } from 'vitest'
import { judge } from './testing/sample.ts'

const configMap = (metadata: object) => judge({ more: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata }] }).problems
const service = (name: string, suffix?: string) => {
  const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] }
  const more = [{ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec }]
  return judge({ more }, suffix === undefined ? {} : { suffix }).problems
}

test('a name may be as long as its kind allows, the suffix included', () => {
  expect(service('a'.repeat(50))).toEqual([])
  expect(service('a'.repeat(63), '')).toEqual([])
  expect(service('a'.repeat(53))).toEqual([
    {
      message: expect.stringMatching(
        /^Service\/a{53}: metadata.name is too long: Service a{53}-0123456789ab has 66 characters; Service names may have 63$/,
      ),
      hint: 'shorten its name by 3',
      file: 'k8s/Service.yaml',
    },
  ])
})

test.each([
  [
    'a name of what the action keeps',
    { name: 'eks-preview.install' },
    'ConfigMap/eks-preview.install: metadata.name begins with eks-preview., as what the action keeps does',
    'rename it',
  ],
  [
    'a name with the suffix',
    { name: 'x-0123456789ab' },
    'ConfigMap/x-0123456789ab: metadata.name ends with -0123456789ab, which the action appends to every name',
    'take the suffix out of the manifest or the kustomization',
  ],
  [
    'a generated name',
    { name: 'x', generateName: 'x-' },
    'ConfigMap/x: metadata.generateName would make another object at every push',
    'remove it: metadata.name is enough; a Job whose manifest changes is made anew',
  ],
  [
    'a second object of one name',
    { name: 'settings', namespace: undefined },
    'ConfigMap/settings: is in the build twice, in two namespaces or versions: a preview has one namespace',
    'remove one, or rename it',
  ],
])('%s is refused', (_, metadata, message, hint) =>
  expect(configMap(metadata)).toEqual([{ message, hint, file: 'k8s/ConfigMap.yaml' }]),
)

test.each(['eks-preview', 'settings-2', 'eks-preview-x'])('%s is a name like others', (name) =>
  expect(configMap({ name })).toEqual([]),
)

test('without a suffix no name ends with it', () => expect(service('anything', '')).toEqual([]))

test('one name in two versions of an API is one object', () => {
  const scaler = (version: string) => ({
    apiVersion: `autoscaling/${version}`,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  })
  expect(judge({ more: [scaler('v2')] }).problems).toEqual([])
  expect(judge({ more: [scaler('v2'), scaler('v1')] }).problems).toHaveLength(1)
})
