import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { log, ref, stored, withScriptedServer } from '../../test/config-map-server.ts'
import { type Act, failure, json } from '../../test/scripted-server.ts'
import { PreviewError } from '../errors.ts'
import type { Cluster, WatchEvent } from './cluster.ts'
import type { Connection } from './connection.ts'
import { openStore, type Store } from './store.ts'
import { transportTo } from './transport.ts'
import { watching } from './watch.ts'

const { now, open } = withScriptedServer()

const PODS = { apiVersion: 'v1', kind: 'Pod', namespace: 'previews', labelSelector: 'a=b' }
const pod = (name: string, version: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'previews', uid: name, resourceVersion: String(version) },
})
const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
const added = (name: string, version: number) => event('ADDED', pod(name, version))
const bookmark = (version: number) =>
  event('BOOKMARK', { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: String(version) } })
const gone = failure(410, 'Expired', 'too old resource version: 5 (9)')

/** What is said of a stream, which stays open. */
const says =
  (...parts: (string | Buffer)[]): Act =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    for (const part of parts) response.write(part)
  }
const saysAndEnds =
  (...parts: string[]): Act =>
  (response, seen) => {
    says(...parts)(response, seen)
    response.end()
  }
/** Breaks off after what was said. */
const cut =
  (...parts: string[]): Act =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write(parts.join(''), () => response.socket?.destroy())
  }

const watch = (cluster: Pick<Cluster, 'watch'>, signal = new AbortController().signal) =>
  cluster.watch({ ...PODS, resourceVersion: '5' }, signal)
const all = async (events: AsyncIterable<WatchEvent>): Promise<WatchEvent[]> => {
  const found: WatchEvent[] = []
  for await (const each of events) found.push(each)
  return found
}
const said = ({ type, object }: WatchEvent) => [type, object.metadata.name ?? object.metadata.resourceVersion]

describe('a watch', () => {
  test('says what changes, from where it is to go on', async () => {
    now.server.script.push(saysAndEnds(added('a', 6), bookmark(7), event('DELETED', pod('a', 8))))
    const events = await all(watch(open()))
    expect(events.map(said)).toEqual([
      ['ADDED', 'a'],
      ['BOOKMARK', '7'],
      ['DELETED', 'a'],
    ])
    const { url = '', headers } = now.server.seen[0] ?? {}
    const { pathname, searchParams } = new URL(url, now.server.server)
    expect(pathname).toBe('/api/v1/namespaces/previews/pods')
    const { timeoutSeconds, ...query } = Object.fromEntries(searchParams)
    expect(query).toEqual({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '5', labelSelector: 'a=b' })
    expect(Number(timeoutSeconds)).toBeGreaterThanOrEqual(192)
    expect(Number(timeoutSeconds)).toBeLessThanOrEqual(288)
    // It would hold back what has been said until there is enough to compress.
    expect(headers).not.toHaveProperty('accept-encoding')
  })

  test('understands what comes in pieces', async () => {
    const bytes = Buffer.from(added('größe', 6) + added('b', 7))
    const half = bytes.indexOf('ö') + 1
    now.server.script.push((response) => {
      says(bytes.subarray(0, half))(response, now.server.seen[0] as never)
      setImmediate(() => response.end(bytes.subarray(half)))
    })
    expect((await all(watch(open()))).map(said)).toEqual([
      ['ADDED', 'größe'],
      ['ADDED', 'b'],
    ])
  })

  test('ends where the connection does, and half a line is nothing', async () => {
    now.server.script.push(cut(added('a', 6), added('b', 7).slice(0, 40)))
    expect((await all(watch(open()))).map(said)).toEqual([['ADDED', 'a']])
  })

  test('ends when nothing is said any more', async () => {
    now.server.script.push(says(added('a', 6)))
    const { open: begin, close } = transportTo(connection(), { log, signal: now.cancel.signal })
    const impatient = watching(begin, async () => '/api/v1/namespaces/previews/pods', 100)
    expect((await all(watch(impatient))).map(said)).toEqual([['ADDED', 'a']])
    await close()
  })

  test.each([
    ['at once', json(410, gone), []],
    ['later', says(added('a', 6), event('ERROR', gone)), [['ADDED', 'a']]],
  ] as const)('tells %s that its version is too old', async (_, act, before) => {
    now.server.script.push(act)
    const events: unknown[] = []
    const listen = async () => {
      for await (const each of watch(open())) events.push(said(each))
    }
    await expect(listen()).rejects.toMatchObject({ status: 410, reason: 'Expired', message: gone.message })
    expect(events).toEqual(before)
  })

  test('that is not allowed says so', async () => {
    const message =
      'pods is forbidden: User "me" cannot watch resource "pods" in API group "" in the namespace "previews"'
    now.server.script.push(json(403, failure(403, 'Forbidden', message)))
    await expect(all(watch(open()))).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'the watch of Pod/previews: me may not watch pods in namespace previews',
    })
  })

  test('is not believed from somebody who answers for the server', async () => {
    now.server.script.push(saysAndEnds('<h1>Sign in</h1>\n'))
    await expect(all(watch(open()))).rejects.toMatchObject({ reason: 'NotJson' })
  })

  test('is opened again until it is', async () => {
    const unwell = json(500, failure(500, '', 'etcdserver: leader changed'))
    now.server.script.push(unwell, unwell, saysAndEnds(added('a', 6)))
    expect(await all(watch(open()))).toHaveLength(1)
  })

  test('renews a token that ran out', async () => {
    const bearer = async (renew: boolean) => (renew ? 'new' : 'old')
    now.server.script.push(json(401, failure(401, 'Unauthorized', 'x')), saysAndEnds(added('a', 6)))
    await all(watch(open({ bearer })))
    expect(now.server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new'])
  })

  test.each(['its own signal', 'the run', 'whoever reads it'])('is closed by %s', async (who) => {
    const own = new AbortController()
    const closed = Promise.withResolvers<unknown>()
    now.server.script.push((response, seen) => {
      closed.resolve(once(response, 'close'))
      says(added('a', 6))(response, seen)
    })
    for await (const _ of watch(open(), own.signal)) {
      if (who === 'its own signal') own.abort()
      else if (who === 'the run') now.cancel.abort()
      else break
    }
    await closed.promise
  })

  test('and its list are ended for the reason that was given', async () => {
    const own = new AbortController()
    const reason = new PreviewError('Superseded', 'a newer run took over')
    now.server.script.push(() => own.abort(reason))
    await expect(open().snapshot({ apiVersion: 'v1', kind: 'Pod', namespace: 'n' }, own.signal)).rejects.toBe(reason)
    await expect(all(watch(open(), own.signal))).rejects.toBe(reason)
  })

  test('is counted', async () => {
    const line = added('a', 6)
    now.server.script.push(json(200, stored), saysAndEnds(line, line))
    const cluster = open()
    await cluster.get(ref)
    const before = cluster.traffic()
    await all(watch(cluster))
    const after = cluster.traffic()
    expect(after.requests - before.requests).toBe(1)
    expect(after.bytes - before.bytes).toBe(2 * line.length)
  })

  test('takes no connection away from other requests', async () => {
    const many = Array.from({ length: 20 })
    now.server.script.push(...many.map(() => says(added('a', 6))), json(200, stored))
    const cluster = open()
    const streams = many.map(() => watch(cluster)[Symbol.asyncIterator]())
    await Promise.all(streams.map((stream) => stream.next()))
    expect(await cluster.get(ref)).toEqual(stored)
    await Promise.all(streams.map((stream) => stream.return?.()))
  })
})

const connection = (): Connection => ({ server: now.server.server, ca: now.server.ca })

describe('a store', () => {
  const list = (version: number, ...names: string[]): Act =>
    json(200, { metadata: { resourceVersion: String(version) }, items: names.map((name) => pod(name, version)) })
  const fromOf = (url: string) => new URL(url, now.server.server).searchParams.get('resourceVersion')
  const asked = () => now.server.seen.map(({ url }) => fromOf(url) ?? 'list')

  const until = async (store: Store, holds: () => Promise<boolean>): Promise<void> => {
    for (;;) {
      const change = store.change()
      if (await holds()) return
      if (!change.aborted) await once(change, 'abort')
    }
  }

  test('knows what the server knows, whatever happens to its connections', async () => {
    now.server.script.push(
      list(5, 'a', 'b'),
      cut(added('c', 6), bookmark(8), added('x', 9).slice(0, 30)),
      says(event('DELETED', pod('a', 9)), event('ERROR', gone)),
      list(20, 'c', 'd'),
      json(410, gone),
      list(30, 'd', 'e'),
      says(added('f', 31)),
    )
    const store = openStore(open(), { signal: now.cancel.signal, say: log })
    const names = async () => (await store.list(PODS)).map(({ metadata }) => metadata.name)
    expect(await names()).toEqual(['a', 'b'])
    store.follow()
    await until(store, async () => (await names()).join() === 'd,e,f')
    expect(asked()).toEqual(['list', '5', '8', 'list', '20', 'list', '30'])
    await store.close()
  })

  test('has nothing of a kind that is no longer served', async () => {
    now.server.script.push(json(404, failure(404, 'NotFound', 'the server could not find the requested resource')))
    expect(await open().list(PODS, 'previews')).toEqual([])
  })

  test('leaves nothing behind: neither a stream nor a list that is not answered', async () => {
    const closed: Promise<unknown>[] = []
    const silent: Act = (response) => void closed.push(once(response, 'close'))
    now.server.script.push(list(5, 'a'), (response, seen) => {
      silent(response, seen)
      says(added('b', 6))(response, seen)
    })
    const store = openStore(open(), { signal: now.cancel.signal, say: log })
    await store.list(PODS)
    store.follow()
    await until(store, async () => (await store.list(PODS)).length === 2)
    now.server.script.push(silent)
    const unanswered = store.list({ ...PODS, kind: 'ConfigMap' })
    while (now.server.script.length > 0) await new Promise(setImmediate)
    const [refused] = await Promise.all([unanswered.catch((error) => error), store.close()])
    expect(refused).toMatchObject({ code: 'Cancelled' })
    expect(closed).toHaveLength(2)
    await Promise.all(closed)
  })
})
