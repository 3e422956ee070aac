import { env } from 'node:process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appImage } from '../../local/images/build.ts'
import { kubernetes } from '../../src/cluster/api.ts'
import { applyAll, type ChangeSet } from '../../src/cluster/apply.ts'
import { type KubeObject, refOf } from '../../src/cluster/cluster.ts'
import { connectionFromKubeconfig } from '../../src/cluster/kubeconfig.ts'
import { remove } from '../../src/cluster/remove.ts'
import { serving } from '../../src/cluster/serving.ts'
import { loadBalancerHostname, waitReady } from '../../src/cluster/wait.ts'
import { poll } from '../../src/poll.ts'
import { restricted } from './restricted.ts'
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
const requestsOf = async (act: () => Promise<void>): Promise<number> => {
  const { requests } = home.cluster.traffic()
  await act()
  return home.cluster.traffic().requests - requests
}
const said = (start: string): Promise<true> => {
  const look = async () => home.run.say.lines.some((line) => line.startsWith(start)) || undefined
  return poll({ what: `"${start}" in the log`, every: 50, timeout: 60_000, signal: home.run.signal }, look)
}
/** By somebody who is not us: a controller. */
const fill = ({ metadata: { name } }: KubeObject, state: string): Promise<void> =>
  home.send({
    method: 'PATCH',
    path: `/api/v1/namespaces/${home.namespace}/configmaps/${name}`,
    contentType: 'application/merge-patch+json',
    body: { data: { state } },
  })
const failure = (changes: ChangeSet, timeout?: number) =>
  wait(changes, timeout).then(
    () => undefined,
    (error) => error,
  )

describe('a rollout', () => {
  test('is awaited until only its own pods serve; unchanged it is not awaited again', async () => {
    const first = await apply(service(), workload({ env: [{ name: 'COMMIT', value: 'one' }] }, {}, 2))
    // A list and a watch each, however long it takes: of both kinds, of ReplicaSets and pods, and perhaps of events.
    expect([8, 10]).toContain(await requestsOf(() => wait(first)))
    const before = await served(first)
    expect(before).toHaveLength(2)

    const same = await apply(service(), workload({ env: [{ name: 'COMMIT', value: 'one' }] }, {}, 2))
    // A list each of both kinds, and nothing to watch.
    expect(await requestsOf(() => wait(same))).toBe(2)

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

test('a deadline that passed before it was put right fails nobody', async () => {
  const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'key', key: 'KEY' } } }]
  const { spec } = workload({ env })
  const object = home.object('apps/v1', 'Deployment', 'web', { spec: { ...Object(spec), progressDeadlineSeconds: 1 } })
  const changes = await apply(object)
  const isLate = async () =>
    JSON.stringify(await home.cluster.get(refOf(object))).includes('ProgressDeadlineExceeded') || undefined
  await poll({ what: 'the deadline', every: 100, timeout: 60_000, signal: home.run.signal }, isLate)
  const metadata = { name: 'key', namespace: home.namespace }
  await home.cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { KEY: 'x' } })
  await wait(changes)
})

test('who may not watch is told so once, and waits all the same', async () => {
  const verbs = ['get', 'list']
  const cluster = await restricted(home, 'reader', [
    { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs },
    { apiGroups: [''], resources: ['services', 'pods', 'events'], verbs },
  ])
  const changes = await apply(service(), workload())
  await waitReady(cluster, changes, { ...home.run, namespace: home.namespace, environment: home.environment })
  const said = home.run.say.lines.filter((line) => line.includes('may not watch'))
  expect(said).toEqual([expect.stringContaining('what may not be watched is listed every 2 s instead')])
  await cluster.close()
})

test('a rule of the object itself says when it is ready', async () => {
  const { metadata } = home.object('v1', 'ConfigMap', 'filled')
  const annotations = { 'eks-preview/ready': '{.data.state}=done' }
  const map = home.object('v1', 'ConfigMap', 'filled', { metadata: { ...metadata, annotations } })
  const waiting = wait(await apply(map))
  await said(`ConfigMap/${home.namespace}/filled: {.data.state} is not there`)
  await fill(map, 'begun')
  await said(`ConfigMap/${home.namespace}/filled: {.data.state} is begun, not done`)
  await fill(map, 'done')
  await waiting
})

test('a wait that is cancelled leaves nothing running', async () => {
  const changes = await apply(workload({ readinessProbe: { exec: { command: ['false'] } } }))
  const cancel = new AbortController()
  const connection = await connectionFromKubeconfig({ file: env.KUBECONFIG ?? '' })
  const cluster = kubernetes(connection, { log: home.run.say, signal: home.run.signal })
  const run = { ...home.run, namespace: home.namespace, environment: home.environment, signal: cancel.signal }
  const waiting = waitReady(cluster, changes, run)
  await said(`Deployment/${home.namespace}/web: 0 of 1 pods ready`)
  cancel.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'Cancelled' })
  const { requests, bytes } = cluster.traffic()
  // A stream that is still open would hear of it.
  await home.cluster.delete(refOf(workload()), { uid: changes[0]?.uid ?? '' })
  await poll({ what: 'the pods to be gone', every: 100, timeout: 60_000, signal: home.run.signal }, async () =>
    (await home.cluster.list({ apiVersion: 'v1', kind: 'Pod' }, home.namespace)).length === 0 ? true : undefined,
  )
  expect(cluster.traffic()).toMatchObject({ requests, bytes })
  await cluster.close()
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
  expect(error.diagnoses[0].events[0]).toMatchObject({ reason: 'Unhealthy' })
})

test('the host name of a load balancer is told as soon as it is known', async () => {
  const ingress = home.object('networking.k8s.io/v1', 'Ingress', 'web', {
    spec: { ingressClassName: 'nobody', defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  })
  await apply(ingress)
  const hostname = loadBalancerHostname(home.cluster, refOf(ingress), { ...home.run, timeout: 30_000 })
  await home.send({
    method: 'PATCH',
    path: `/apis/networking.k8s.io/v1/namespaces/${home.namespace}/ingresses/web/status`,
    contentType: 'application/merge-patch+json',
    body: { status: { loadBalancer: { ingress: [{ hostname: 'lb.test' }] } } },
  })
  expect(await hostname).toBe('lb.test')
})
