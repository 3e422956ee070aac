import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Agent } from 'undici'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { kubernetes } from '../../src/cluster/api.ts'
import { type Cluster, type KubeObject, type Live, refOf } from '../../src/cluster/cluster.ts'
import type { Connection } from '../../src/cluster/connection.ts'
import { connectionFromKubeconfig } from '../../src/cluster/kubeconfig.ts'
import { poll } from '../../src/poll.ts'

const log = { info: () => {}, warning: () => {}, debug: () => {} }
const { signal } = new AbortController()
const namespace = `api-${randomBytes(4).toString('hex')}`
const home = { apiVersion: 'v1', kind: 'Namespace', name: namespace }

let connection: Connection
let cluster: Cluster
const opened: Cluster[] = []
const open = (to: Connection): Cluster => {
  const made = kubernetes(to, { log, signal })
  opened.push(made)
  return made
}

beforeAll(async () => {
  connection = await connectionFromKubeconfig({ file: process.env.KUBECONFIG ?? '' })
  cluster = open(connection)
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
})
afterAll(async () => {
  const live = await cluster.get(home)
  if (live !== undefined) await cluster.delete(home, { uid: live.metadata.uid })
  for (const each of opened) await each.close()
})

const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...metadata },
  data,
})
const apply = async (object: KubeObject, on = cluster) => (await on.apply(object, { dryRun: false, force: false })).live
const at = ({ metadata: { resourceVersion } }: Live) => ({ resourceVersion })

describe('apply', () => {
  test('creates, leaves alone, changes', async () => {
    const first = await apply(configMap('apply', { a: '1' }))
    expect(at(await apply(configMap('apply', { a: '1' })))).toEqual(at(first))
    expect((await apply(configMap('apply', { b: '2' }))).data).toEqual({ b: '2' })
  })
  test('a dry run of what is there answers what is there', async () => {
    const live = await apply(configMap('same', { a: '1' }))
    expect((await cluster.apply(configMap('same', { a: '1' }), { dryRun: true, force: true })).live).toEqual(live)
  })
  test('only to the version it was decided on', async () => {
    const old = await apply(configMap('fence', { a: '1' }))
    await apply(configMap('fence', { a: '2' }))
    await expect(apply(configMap('fence', { a: '3' }, at(old)))).rejects.toMatchObject({
      status: 409,
      reason: 'Conflict',
    })
  })
  test('what the schema does not know is refused', async () => {
    await expect(apply({ ...configMap('strict'), unknown: 1 })).rejects.toMatchObject({
      name: 'ApiError',
      message: expect.stringContaining('.unknown: field not declared in schema'),
    })
  })
  test('hands on warnings', async () => {
    const containers = [{ name: 'app', image: 'app' }]
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a.b', namespace }, spec: { containers } }
    const { warnings } = await cluster.apply(pod, { dryRun: true, force: false })
    expect(warnings).toEqual([expect.stringContaining('metadata.name')])
  })
  test('names keep their case and signs', async () => {
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'Big:role', namespace } }
    expect((await apply({ ...role, rules: [] })).metadata.name).toBe('Big:role')
  })
})

test('list reads more than a page', async () => {
  const names = Array.from({ length: 501 }, (_, i) => `page-${i}`)
  await Promise.all(names.map((name) => apply(configMap(name, {}, { labels: { page: 'yes' } }))))
  const found = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, namespace, 'page=yes')
  expect(new Set(found.map(({ metadata }) => metadata.name))).toEqual(new Set(names))
  expect(found.every(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1')).toBe(true)
})

test('a kind is found as soon as its definition is served', async () => {
  const group = `${namespace}.example.com`
  const kind = { apiVersion: `${group}/v1`, kind: 'Thing' }
  expect(await cluster.list(kind, namespace)).toEqual([])
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const definition = await apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  const thing = { ...kind, metadata: { name: 'one', namespace } }
  const created = await poll({ what: 'the kind', every: 200, timeout: 30_000, signal }, () =>
    cluster.create(thing).catch((error) => {
      if (error.status !== 404) throw error
    }),
  )
  expect(created).toMatchObject(thing)
  expect(await cluster.delete(refOf(definition), { uid: definition.metadata.uid })).toBe('deleted')
})

describe('delete', () => {
  test('only what was meant, and once', async () => {
    const live = await apply(configMap('gone'))
    const ref = refOf(live)
    expect(await cluster.delete(ref, { uid: 'another' })).toBe('changed')
    expect(await cluster.delete(ref, { uid: live.metadata.uid, resourceVersion: '1' })).toBe('changed')
    expect(await cluster.delete(ref, { uid: live.metadata.uid, ...at(live) })).toBe('deleted')
    expect(await cluster.delete(ref, { uid: live.metadata.uid })).toBe('absent')
  })
  test('what is already going counts as deleted', async () => {
    const live = await apply(configMap('going', {}, { finalizers: ['example.com/hold'] }))
    const { uid } = live.metadata
    expect(await cluster.delete(refOf(live), { uid, ...at(live) })).toBe('deleted')
    expect(await cluster.delete(refOf(live), { uid, ...at(live) })).toBe('deleted')
    const terminating = await cluster.get(refOf(live))
    expect(terminating?.metadata.deletionTimestamp).toBeDefined()
    await apply(configMap('going', {}, { finalizers: [] }))
    expect(await cluster.get(refOf(live))).toBeUndefined()
  })
})

describe('who may not', () => {
  test('401', async () => {
    const { server, ca } = connection
    const stranger = open({ server, ...(ca && { ca }), bearer: async () => 'nonsense' })
    await expect(stranger.get(home)).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('401'),
    })
  })
  test('403 names the rule', async () => {
    const annotations = { 'kubernetes.io/service-account.name': 'nobody' }
    await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'nobody', namespace } })
    const type = 'kubernetes.io/service-account-token'
    const secret = await apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'nobody', namespace, annotations },
      type,
    })
    const token = await poll({ what: 'the token', every: 100, timeout: 30_000, signal }, async () => {
      const live = await cluster.get(refOf(secret))
      return live?.data?.token
    })
    const { server, ca } = connection
    const nobody = open({ server, ...(ca && { ca }), bearer: async () => Buffer.from(token, 'base64').toString() })
    const user = `system:serviceaccount:${namespace}:nobody`
    await expect(apply(configMap('mine'), nobody)).rejects.toMatchObject({
      code: 'AccessDenied',
      message: `ConfigMap/${namespace}/mine: ${user} may not patch configmaps in namespace ${namespace}`,
      hint: expect.stringContaining('{ apiGroups: [""], resources: ["configmaps"], verbs: ["patch"] }'),
    })
  })
  test('403 where even discovery is closed', async () => {
    const { server, ca } = connection
    await expect(open({ server, ...(ca && { ca }) }).get(home)).rejects.toMatchObject({
      code: 'AccessDenied',
      hint: expect.stringContaining('{ nonResourceURLs: ["/api/v1"], verbs: ["get"] }'),
    })
  })
})

/** Passes on to the API server but swallows the answer to the first `method`: carried out, and never told. */
const losing = async (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE') => {
  const { server: origin, ca, cert, key } = connection
  const agent = new Agent({ connect: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } })
  let lost = false
  const proxy = createServer(async (request, response) => {
    const verb = request.method as typeof method
    const headers = { 'content-type': request.headers['content-type'] ?? 'application/json' }
    const body = await buffer(request)
    const answer = await agent.request({ origin, path: request.url ?? '/', method: verb, headers, body })
    const text = await answer.body.text()
    if (verb === method && !lost) {
      lost = true
      request.socket.destroy()
    } else response.writeHead(answer.statusCode, { 'content-type': 'application/json' }).end(text)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(async () => {
    expect(lost).toBe(true)
    proxy.closeAllConnections()
    proxy.close()
    await agent.close()
  })
  return open({ server: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` })
}

describe('an answer that is lost after the deed', () => {
  test('create', async () => {
    const through = await losing('POST')
    expect((await through.create(configMap('lost-create', { a: '1' }))).data).toEqual({ a: '1' })
  })
  test('create, where another one is already', async () => {
    await apply(configMap('taken', { a: 'theirs' }))
    const through = await losing('POST')
    await expect(through.create(configMap('taken', { a: 'ours' }))).rejects.toMatchObject({ reason: 'AlreadyExists' })
  })
  test('replace', async () => {
    const live = await apply(configMap('lost-replace', { a: '1' }))
    const through = await losing('PUT')
    expect((await through.replace({ ...live, data: { a: '2' } })).data).toEqual({ a: '2' })
  })
  test('apply to a version, with a value that the server writes differently', async () => {
    const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'lost', namespace } }
    const spec = (cpu: string) => ({ limits: [{ type: 'Container', max: { cpu } }] })
    const live = await apply({ ...range, spec: spec('1') })
    const metadata = { ...range.metadata, ...at(live) }
    const changed = await apply({ ...range, metadata, spec: spec('2000m') }, await losing('PATCH'))
    expect(changed.spec).toMatchObject(spec('2'))
  })
  test('delete', async () => {
    const live = await apply(configMap('lost-delete'))
    const through = await losing('DELETE')
    expect(await through.delete(refOf(live), { uid: live.metadata.uid })).toBe('deleted')
  })
})
