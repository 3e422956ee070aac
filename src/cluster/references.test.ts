import { expect, test } from 'vitest'
import type { Live } from './cluster.ts'
import { isReading, readBy } from './references.ts'

const pod = (spec: object, more: object = {}): Live => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', uid: 'u', resourceVersion: '1' },
  spec,
  ...more,
})
const from = (kind: 'configMap' | 'secret') => ({
  envFrom: [{ [`${kind}Ref`]: { name: 'all' } }],
  env: [
    { name: 'A', value: '1' },
    { name: 'B', valueFrom: { [`${kind}KeyRef`]: { name: 'one', key: 'k' } } },
  ],
})

test.each([
  [
    'a volume',
    { volumes: [{ name: 'v', configMap: { name: 'a' } }, { secret: { secretName: 'b' } }] },
    ['ConfigMap/a', 'Secret/b'],
  ],
  [
    'a projected volume',
    {
      volumes: [
        {
          projected: {
            sources: [{ configMap: { name: 'a' } }, { secret: { name: 'b' } }, { serviceAccountToken: {} }],
          },
        },
      ],
    },
    ['ConfigMap/a', 'Secret/b'],
  ],
  ['a CSI driver', { volumes: [{ csi: { driver: 'd', nodePublishSecretRef: { name: 'b' } } }] }, ['Secret/b']],
  ['a container', { containers: [from('configMap')] }, ['ConfigMap/all', 'ConfigMap/one']],
  ['an init container', { initContainers: [from('secret')] }, ['Secret/all', 'Secret/one']],
  ['an ephemeral container', { ephemeralContainers: [from('secret')] }, ['Secret/all', 'Secret/one']],
  ['pulling its image', { imagePullSecrets: [{ name: 'registry' }] }, ['Secret/registry']],
  ['nothing', { volumes: [{ emptyDir: {} }], containers: [{ name: 'c' }] }, []],
])('%s', (_, spec, expected) => {
  expect([...readBy(pod(spec))]).toEqual(expected)
})

test('a pod reads until it has ended, or is told to', () => {
  expect(isReading(pod({}))).toBe(true)
  expect(isReading(pod({}, { status: { phase: 'Pending' } }))).toBe(true)
  for (const phase of ['Succeeded', 'Failed']) expect(isReading(pod({}, { status: { phase } }))).toBe(false)
  const metadata = { name: 'p', uid: 'u', resourceVersion: '1', deletionTimestamp: 'now' }
  expect(isReading(pod({}, { metadata }))).toBe(false)
})
