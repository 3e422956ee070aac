import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { writeCommitImage } from '../../local/images/build.ts'
import { type PrivateRegistry, startPrivateRegistry } from '../../local/images/private-registry.ts'
import { imageStore } from '../../local/images/store.ts'
import { stackFacts } from '../../local/scene.ts'
import { statePaths } from '../../local/stack/state.ts'
import { until } from '../../local/stack/until.ts'
import { pullFault } from '../../src/cluster/image-faults.ts'

const namespace = `registry-${randomUUID().slice(0, 8)}`
const image = `registry.${namespace}.example/shop/web:1`
let registry: PrivateRegistry

beforeAll(async () => {
  const { options, state } = await stackFacts()
  const host = path.dirname(path.dirname(image))
  registry = await startPrivateRegistry(options.forTests.registry, statePaths(state), host, 'let me in')
  const work = await mkdtemp(path.join(os.tmpdir(), 'private-registry-'))
  const archive = path.join(work, 'image.tar')
  await writeCommitImage(archive, options.programs.app, image, 'abc')
  await registry.push('shop/web', '1', archive)
  await rm(work, { recursive: true })
  await kubectl(['create', 'namespace', namespace])
  await kubectl(['wait', '--for=create', 'serviceaccount/default', '-n', namespace, '--timeout=30s'])
})
afterAll(async () => {
  await kubectl(['delete', 'namespace', namespace, '--wait=false'])
  await registry.close()
  const { containerd } = await stackFacts()
  await imageStore(containerd).untag(image)
})

/** Runs the image; what the kubelet says of a container that waits, or `Running`. */
const start = async (name: string, dockerConfig?: string): Promise<{ reason: string; message: string }> => {
  const metadata = { name, namespace }
  const type = 'kubernetes.io/dockerconfigjson'
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type, stringData: { '.dockerconfigjson': dockerConfig } }
  if (dockerConfig !== undefined) await kubectl(['apply', '-f', '-'], JSON.stringify(secret))
  const spec = { containers: [{ name, image }], ...(dockerConfig && { imagePullSecrets: [{ name }] }) }
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec }))
  return await until('the image', 30, async () => {
    const pod = JSON.parse(await kubectl(['get', 'pod', name, '-n', namespace, '-o', 'json']))
    const { waiting, running } = pod.status.containerStatuses?.[0]?.state ?? {}
    if (running) return { reason: 'Running', message: '' }
    return waiting?.message ? waiting : undefined
  })
}

test('who has no pull secret, or a wrong one, is denied; who has it runs the image', async () => {
  for (const [name, dockerConfig] of [
    ['without', undefined],
    ['wrong', registry.dockerConfig('another')],
  ] as const) {
    const { reason, message } = await start(name, dockerConfig)
    expect(pullFault(reason, message)?.cause, message).toBe('ImageDenied')
  }
  expect(await start('right', registry.dockerConfig())).toEqual({ reason: 'Running', message: '' })
  // That it is on the node by now is no way around the secret.
  const { reason, message } = await start('later')
  expect(pullFault(reason, message)?.cause, message).toBe('ImageDenied')
})
