import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMITTED, FORBIDDEN } from '../../src/admission/testing/pods.ts'
import { type Scratch, scratch } from './scratch.ts'

// What admission says in words, the API server says too.

let home: Scratch
beforeAll(async () => {
  home = await scratch()
  await home.send({
    method: 'PATCH',
    path: `/api/v1/namespaces/${home.namespace}`,
    contentType: 'application/merge-patch+json',
    body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } },
  })
})
afterAll(() => home.close())

const dryRun = (apiVersion: string, kind: string, spec: object) => {
  const { metadata, ...object } = home.object(apiVersion, kind, 'one', { spec })
  return home.cluster.apply(
    { ...object, metadata: { ...metadata, resourceVersion: '1' } },
    { dryRun: true, force: false },
  )
}

describe('Pod Security baseline', () => {
  test.each(ADMITTED)('admits %s', async (_, spec) => {
    await expect(dryRun('v1', 'Pod', spec)).resolves.toBeDefined()
  })
  test.each(FORBIDDEN.map(([spec, message]) => ({ spec, message })))(
    'forbids a pod where $message',
    async ({ spec }) => {
      await expect(dryRun('v1', 'Pod', spec)).rejects.toThrow('violates PodSecurity "baseline:latest"')
    },
  )
})

describe('server-side apply', () => {
  const pod = (spec: object) => dryRun('v1', 'Pod', { containers: [{ name: 'c', image: 'a:1' }], ...spec })
  const container = (fields: object) => pod({ containers: [{ name: 'c', image: 'a:1', ...fields }] })

  test.each<[string, () => Promise<unknown>]>([
    [
      'volumes',
      () =>
        pod({
          volumes: [
            { name: 'a', emptyDir: {} },
            { name: 'a', emptyDir: {} },
          ],
        }),
    ],
    ['imagePullSecrets', () => pod({ imagePullSecrets: [{ name: 'a' }, { name: 'a' }] })],
    ['hostAliases', () => pod({ hostAliases: [{ ip: '192.0.2.1' }, { ip: '192.0.2.1' }] })],
    [
      'containers',
      () =>
        pod({
          containers: [
            { name: 'c', image: 'a:1' },
            { name: 'c', image: 'a:1' },
          ],
        }),
    ],
    ['env', () => container({ env: [{ name: 'A' }, { name: 'A' }] })],
    ['ports', () => container({ ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP', name: 'a' }] })],
    [
      'volumeMounts',
      () =>
        container({
          volumeMounts: [
            { name: 'a', mountPath: '/x' },
            { name: 'b', mountPath: '/x' },
          ],
        }),
    ],
    [
      'ports of a Service',
      () =>
        dryRun('v1', 'Service', {
          ports: [
            { port: 80, name: 'a' },
            { port: 80, name: 'b' },
          ],
        }),
    ],
  ])('takes no two entries alike in %s', async (_, apply) => {
    await expect(apply()).rejects.toThrow('duplicate entries for key')
  })
})
