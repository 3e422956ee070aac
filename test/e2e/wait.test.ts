import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appImage } from '../../local/images/build.ts'
import { applyAll, type ChangeSet } from '../../src/cluster/apply.ts'
import { type KubeObject, refOf } from '../../src/cluster/cluster.ts'
import { remove } from '../../src/cluster/remove.ts'
import { serving } from '../../src/cluster/serving.ts'
import { ingressHostname, waitReady } from '../../src/cluster/wait.ts'
import { poll } from '../../src/poll.ts'
import { type Scratch, scratch } from './scratch.ts'

let home: Scratch
beforeEach(async () => {
  home = await scratch()
})
afterEach(() => home.close())

const labels = () => ({ 'eks-preview/env': home.environment.id, app: 'web' })
const service = () =>
  home.object('v1', 'Service', 'web', { spec: { selector: labels(), ports: [{ port: 80, targetPort: 3000 }] } })
const workload = (container: object = {}, pod: object = {}, replicas = 1) =>
  home.object('apps/v1', 'Deployment', 'web', {
    spec: {
      replicas,
      selector: { matchLabels: labels() },
      template: {
        metadata: { labels: labels() },
        spec: {
          terminationGracePeriodSeconds: 1,
          ...pod,
          containers: [
            {
              name: 'c',
              image: appImage,
              imagePullPolicy: 'IfNotPresent',
              readinessProbe: { httpGet: { path: '/healthz', port: 3000 }, periodSeconds: 1 },
              ...container,
            },
          ],
        },
      },
    },
  })

const apply = async (...objects: KubeObject[]): Promise<ChangeSet> =>
  applyAll(home.cluster, await home.claim(1), objects, home.run)
const wait = (changes: ChangeSet, timeout = 120_000) =>
  waitReady(home.cluster, changes, { ...home.run, namespace: home.namespace, environment: home.environment, timeout })
const failure = (changes: ChangeSet, timeout?: number) =>
  wait(changes, timeout).then(
    () => undefined,
    (error) => error,
  )

describe('a rollout', () => {
  test('is awaited until only its own pods serve; unchanged it is not awaited again', async () => {
    const first = await apply(service(), workload({ env: [{ name: 'COMMIT', value: 'one' }] }, {}, 2))
    await wait(first)
    const before = await served(first)
    expect(before).toHaveLength(2)

    const same = await apply(service(), workload({ env: [{ name: 'COMMIT', value: 'one' }] }, {}, 2))
    const { requests } = home.cluster.traffic()
    await wait(same)
    expect(home.cluster.traffic().requests - requests).toBe(2)

    const next = await apply(service(), workload({ env: [{ name: 'COMMIT', value: 'two' }] }, {}, 2))
    expect(await serving(home.cluster, next, refOf(service()))).toHaveProperty('notYet')
    await wait(next)
    const after = await served(next)
    expect(after).toHaveLength(2)
    expect(before.filter(({ name }) => after.some((pod) => pod.name === name))).toEqual([])
  })

  test('of a removed environment leaves no pod', async () => {
    await wait(await apply(service(), workload()))
    const closing = await home.claim(2, 'Terminating')
    await remove(home.cluster, closing, { ...home.run, timeout: 60_000 })
    expect(await home.cluster.list({ apiVersion: 'v1', kind: 'Pod' }, home.namespace)).toEqual([])
  })

  const served = (changes: ChangeSet) =>
    poll({ what: 'only new pods to serve', every: 300, timeout: 60_000, signal: home.run.signal }, async () => {
      const found = await serving(home.cluster, changes, refOf(service()))
      return 'pods' in found ? found.pods : undefined
    })
})

describe('a rollout that cannot succeed fails before its time', () => {
  test('a container that crashes: exit code and last words', async () => {
    const changes = await apply(workload({ args: ['get', 'http://127.0.0.1:1/'] }))
    const error = await failure(changes, 240_000)
    expect(error).toMatchObject({ code: 'RolloutFailed', object: `Deployment/${home.namespace}/web` })
    expect(error.diagnoses).toMatchObject([
      { container: 'c', reason: expect.stringMatching(/^crashed 3 times, exit code 1/) },
    ])
    expect(error.diagnoses[0].log.join('\n')).toContain('connection refused')
    expect(error.diagnoses[0].events.length).toBeLessThanOrEqual(2)
  })

  test('an image that has no possible name', async () => {
    const error = await failure(await apply(workload({ image: 'app/NoName' })))
    expect(error).toMatchObject({ code: 'RolloutFailed', message: expect.stringContaining('InvalidImageName') })
  })

  test('pods that may not be made', async () => {
    await home.cluster.create(home.object('v1', 'ResourceQuota', 'none', { spec: { hard: { pods: '0' } } }))
    const error = await failure(await apply(workload()))
    expect(error).toMatchObject({ code: 'RolloutFailed', message: expect.stringContaining('exceeded quota') })
  })

  test('what somebody deletes meanwhile', async () => {
    const changes = await apply(workload({ readinessProbe: { exec: { command: ['false'] } } }))
    const waiting = failure(changes)
    await home.cluster.delete(refOf(workload()), { uid: changes[0]?.uid ?? '' })
    expect(await waiting).toMatchObject({ code: 'RolloutFailed', message: expect.stringContaining('deleted') })
  })

  test('the old version serves on', async () => {
    await wait(await apply(service(), workload()))
    const changes = await apply(service(), workload({ image: 'app/NoName' }))
    await failure(changes)
    expect(await serving(home.cluster, changes, refOf(service()))).toHaveProperty('notYet')
    const pods = await home.cluster.list({ apiVersion: 'v1', kind: 'Pod' }, home.namespace)
    expect(pods.filter(({ status }) => (status as { phase?: string }).phase === 'Running')).toHaveLength(1)
  })
})

test('at the time-out it says what was waited for', async () => {
  const changes = await apply(
    workload({ readinessProbe: { httpGet: { path: '/break', port: 3000 }, periodSeconds: 1 } }),
  )
  const error = await failure(changes, 8_000)
  expect(error).toMatchObject({
    code: 'TimedOut',
    message: expect.stringContaining('is not ready after 8 s: 0 of 1 pods ready'),
  })
  expect(error.diagnoses).toMatchObject([{ events: [{ reason: 'Unhealthy' }] }])
})

test('the host name of a load balancer is told as soon as it is known', async () => {
  const ingress = home.object('networking.k8s.io/v1', 'Ingress', 'web', {
    spec: { ingressClassName: 'nobody', defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  })
  await apply(ingress)
  const hostname = ingressHostname(home.cluster, refOf(ingress), { ...home.run, timeout: 30_000 })
  await home.send({
    method: 'PATCH',
    path: `/apis/networking.k8s.io/v1/namespaces/${home.namespace}/ingresses/web/status`,
    contentType: 'application/merge-patch+json',
    body: { status: { loadBalancer: { ingress: [{ hostname: 'lb.test' }] } } },
  })
  expect(await hostname).toBe('lb.test')
})
