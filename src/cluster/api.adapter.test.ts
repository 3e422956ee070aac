import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { configMap, ref, stored, withScriptedServer } from '../../test/config-map-server.ts'
import { failure, json, reset } from '../../test/scripted-server.ts'
import type { Cluster } from './cluster.ts'

const _log = { info: () => {}, warning: () => {}, debug: () => {} }
const conflict = failure(409, 'Conflict', 'the object has been modified')

const { now, open, apply } = withScriptedServer()

describe('requests', () => {
  test('apply sends the body as it is, with our field manager, strict', async () => {
    const warning = ['299 - "deprecated \\"v1\\""', '299 - "second"']
    now.server.script.push(json(200, stored, { warning }))
    const odd = { ...configMap, unknown: { deep: [1, null] } }
    expect(await apply(open(), odd)).toEqual({ live: stored, warnings: ['deprecated "v1"', 'second'] })
    const [seen] = now.server.seen
    expect(seen).toMatchObject({ method: 'PATCH', body: odd })
    expect(seen?.headers['content-type']).toBe('application/apply-patch+yaml')
    expect(seen?.url).toBe(
      '/api/v1/namespaces/previews/configmaps/a?fieldManager=eks-preview&fieldValidation=Strict&timeout=10s&force=false',
    )
  })

  test('a dry run is no write', async () => {
    now.server.script.push(json(200, stored), json(200, stored))
    const cluster = open()
    await cluster.apply(configMap, { dryRun: true, force: true })
    expect(cluster.traffic()).toMatchObject({ requests: 2, writes: 0 })
    expect(now.server.seen[0]?.url).toContain('force=true&dryRun=All')
    await apply(cluster)
    expect(cluster.traffic()).toMatchObject({ requests: 3, writes: 1 })
  })

  test('many requests share few connections, and a following one finds an open one', async () => {
    now.server.script.push(...Array.from({ length: 101 }, () => json(200, stored)))
    const cluster = open()
    await Promise.all(Array.from({ length: 100 }, () => apply(cluster)))
    const before = now.server.connections()
    await apply(cluster)
    expect(before).toBeLessThanOrEqual(16)
    expect(now.server.connections()).toBe(before)
  })

  test('a compressed answer', async () => {
    now.server.script.push((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(gzipSync(JSON.stringify(stored)))
    })
    expect(await open().get(ref)).toEqual(stored)
  })

  test('an answer of 20 MB', async () => {
    const data = { x: 'x'.repeat(20 * 2 ** 20) }
    now.server.script.push(json(200, { ...stored, data }))
    const live = await open().get(ref)
    expect(live?.data?.x?.length).toBe(data.x.length)
  })

  test('the address may have a path', async () => {
    now.server.script.push(json(404, undefined))
    await expect(open({ server: `${now.server.server}/k8s/c-1/` }).get(ref)).resolves.toBeUndefined()
    expect(now.server.seen[0]?.url).toBe('/k8s/c-1/api/v1')
  })
})

describe('list', () => {
  const page = (names: string[], next?: string) =>
    json(200, { metadata: next ? { continue: next } : {}, items: names.map((name) => ({ metadata: { name } })) })
  const names = async (cluster: Cluster) =>
    (await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, 'previews', 'a=b')).map(
      ({ metadata }) => metadata.name,
    )

  test('reads all pages and completes the items', async () => {
    now.server.script.push(page(['a', 'b'], 'n 1'), page(['c']))
    const found = await open().list({ apiVersion: 'v1', kind: 'ConfigMap' }, 'previews', 'a=b')
    expect(found.map(({ kind, apiVersion, metadata }) => [apiVersion, kind, metadata.name])).toEqual([
      ['v1', 'ConfigMap', 'a'],
      ['v1', 'ConfigMap', 'b'],
      ['v1', 'ConfigMap', 'c'],
    ])
    expect(now.server.seen.map(({ url }) => url.split('?')[1])).toEqual([
      'limit=500&labelSelector=a%3Db',
      'limit=500&labelSelector=a%3Db&continue=n+1',
    ])
  })

  test('begins anew when the snapshot is gone', async () => {
    now.server.script.push(
      page(['a'], 'n'),
      json(410, failure(410, 'Expired', 'too old')),
      page(['a'], 'm'),
      page(['b']),
    )
    expect(await names(open())).toEqual(['a', 'b'])
  })

  test('does not begin anew for ever', async () => {
    now.server.script.push(...Array.from({ length: 4 }, () => json(410, failure(410, 'Expired', 'too old'))))
    await expect(names(open())).rejects.toMatchObject({ status: 410 })
  })

  test('an unknown kind is an empty list', async () => {
    expect(await open().list({ apiVersion: 'v1', kind: 'Nope' }, 'previews')).toEqual([])
  })
})

describe('a lost answer', () => {
  const exists = json(409, failure(409, 'AlreadyExists', 'configmaps "a" already exists'))

  test('create: what exists is ours when it is what we sent', async () => {
    now.server.script.push(reset, exists, json(200, stored))
    expect(await open().create(configMap)).toEqual(stored)
  })
  test("create: what exists is another's when it differs", async () => {
    now.server.script.push(reset, exists, json(200, { ...stored, data: { x: '1', y: '2' } }))
    await expect(open().create(configMap)).rejects.toMatchObject({ status: 409, reason: 'AlreadyExists' })
  })
  test('create: nothing was lost, so it is not ours', async () => {
    now.server.script.push(exists)
    await expect(open().create(configMap)).rejects.toMatchObject({ reason: 'AlreadyExists' })
  })
  test('replace: the conflict is with ourselves', async () => {
    const next = { ...stored, metadata: { ...stored.metadata, resourceVersion: '8' } }
    now.server.script.push(reset, json(409, conflict), json(200, next))
    expect(await open().replace(stored)).toEqual(next)
  })
  test('replace: the conflict is with somebody else', async () => {
    now.server.script.push(reset, json(409, conflict), json(200, { ...stored, data: { x: '2' } }))
    await expect(open().replace(stored)).rejects.toMatchObject({ status: 409 })
  })
  test('apply: a dry run tells whether it was carried out', async () => {
    const next = { ...stored, metadata: { ...stored.metadata, resourceVersion: '8' } }
    now.server.script.push(reset, json(409, conflict), json(200, next), json(200, next))
    expect(await apply(open(), stored)).toEqual({ live: next, warnings: [] })
    expect(now.server.seen[3]).toMatchObject({ url: expect.stringContaining('dryRun=All'), body: configMap })
  })
  test('apply: somebody else was faster', async () => {
    const other = { ...stored, data: { x: '2' } }
    now.server.script.push(reset, json(409, conflict), json(200, other), json(200, stored))
    await expect(apply(open(), stored)).rejects.toMatchObject({ status: 409 })
  })
  test('delete: it is gone, by us', async () => {
    now.server.script.push(reset, json(404, failure(404, 'NotFound', 'x')))
    expect(await open().delete(ref, { uid: 'u1' })).toBe('deleted')
  })
})

describe('delete', () => {
  const terminating = { ...stored, metadata: { ...stored.metadata, deletionTimestamp: '2026-11-21T10:00:00Z' } }
  test.each([
    ['deleted', [json(200, {})]],
    ['absent', [json(404, failure(404, 'NotFound', 'x'))]],
    ['changed', [json(409, conflict), json(200, stored)]],
    ['deleted', [json(409, conflict), json(200, terminating)]],
    ['changed', [json(409, conflict), json(200, { ...terminating, metadata: { ...terminating.metadata, uid: 'u2' } })]],
    ['absent', [json(409, conflict), json(404, failure(404, 'NotFound', 'x'))]],
  ])('%s', async (outcome, script) => {
    now.server.script.push(...script)
    expect(await open().delete(ref, { uid: 'u1', resourceVersion: '7' })).toBe(outcome)
    expect(now.server.seen[0]?.body).toMatchObject({
      propagationPolicy: 'Background',
      preconditions: { uid: 'u1', resourceVersion: '7' },
    })
  })
})

describe('logs', () => {
  const pod = { namespace: 'previews', name: 'p', container: 'app', previous: true, lines: 20 }
  test('the last lines, whatever bytes they have', async () => {
    now.server.script.push(
      (response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end(Buffer.from([0x61, 0xff, 0x62])),
    )
    expect(await open().logs(pod)).toBe('a\ufffdb')
    expect(now.server.seen[0]?.url).toBe(
      '/api/v1/namespaces/previews/pods/p/log?container=app&previous=true&tailLines=20&limitBytes=65536',
    )
  })
  test.each([400, 404, 500])('%i: there is none', async (status) => {
    now.server.script.push(json(status, failure(status, 'x', 'container has not started')))
    expect(await open().logs(pod)).toBeUndefined()
  })
})
