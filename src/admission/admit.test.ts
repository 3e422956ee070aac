import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inContainer, judge, pod } from './testing/sample.ts'

test('a build that nothing is wrong with is admitted', () => {
  expect(judge()).toEqual({ problems: [], warnings: [] })
})

test('all findings come at once, object by object, each with its file', () => {
  const { problems, warnings } = judge({
    Service: { spec: { type: 'NodePort' } },
    Deployment: { metadata: { namespace: 'kube-system' }, spec: { template: { spec: { hostNetwork: true } } } },
    more: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }],
  })
  expect(problems.map(({ file, message }) => `${file} ${message.split(' ').slice(0, 2).join(' ')}`)).toEqual([
    'k8s/Deployment.yaml Deployment/web: metadata.namespace',
    'k8s/Deployment.yaml Deployment/web: spec.template.spec.hostNetwork',
    'k8s/Service.yaml Service/web: spec.type',
  ])
  expect(warnings).toEqual([
    {
      message: 'Namespace/shop: is left out: the namespace of previews is not theirs to make',
      hint: 'take it out of the kustomization to hear no more of it',
      file: 'k8s/Namespace.yaml',
    },
  ])
})

describe('manifests are anybody’s', () => {
  const json = fc.jsonValue({ maxDepth: 2 })
  /** The words that rules look for, in places where they do not look for them. */
  const word = fc.constantFrom(
    'spec',
    'template',
    'containers',
    'volumes',
    'rules',
    'http',
    'paths',
    'backend',
    'service',
    'name',
    'ports',
    'env',
    'securityContext',
    'metadata',
    'annotations',
    'labels',
    'data',
    '__proto__',
    'constructor',
    'toString',
    'status',
  )
  const shaped: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, json, tie('fields'), fc.array(tie('value'), { maxLength: 3 })),
    fields: fc.dictionary(word, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  })).fields

  test('whatever they hold, it is said and nothing is thrown', () => {
    fc.assert(
      fc.property(shaped, shaped, shaped, (spec, more, metadata) => {
        const object = {
          ...Object(more),
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { ...Object(metadata), name: 'x' },
          spec,
        }
        const ingress = { ...object, apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' }
        const service = { ...object, apiVersion: 'v1', kind: 'Service' }
        for (const { message, hint } of judge({ more: [object, ingress, service] }).problems) {
          expect(message).toMatch(/^\w+\/\w+: ./)
          expect(hint).not.toBe('')
        }
      }),
      { numRuns: 300 },
    )
  }, 60_000)

  test('a key named __proto__ changes nothing', () => {
    const evil = JSON.parse(
      '{ "__proto__": { "polluted": true }, "constructor": { "prototype": { "polluted": true } } }',
    )
    judge({ ...pod(evil), Ingress: { metadata: { annotations: evil } }, ConfigMap: evil })
    judge(inContainer(evil))
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})
