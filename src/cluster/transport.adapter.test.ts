import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failure, half, json, reset, type Scripted, startScripted } from '../../test/scripted-server.ts'
import { kubernetes } from './api.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'

const log = { info: () => {}, warning: () => {}, debug: () => {} }
const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'previews' },
  data: { x: '1' },
}
const stored = { ...configMap, metadata: { ...configMap.metadata, uid: 'u1', resourceVersion: '7' } }
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'previews', name: 'a' }

let server: Scripted
let cancel: AbortController
const opened: Cluster[] = []
const open = (more: Partial<Connection> = {}): Cluster => {
  const cluster = kubernetes({ server: server.server, ca: server.ca, ...more }, { log, signal: cancel.signal })
  opened.push(cluster)
  return cluster
}
const apply = (cluster: Cluster, object = configMap) => cluster.apply(object, { dryRun: false, force: false })

beforeEach(async () => {
  server = await startScripted()
  cancel = new AbortController()
})
afterEach(async () => {
  for (const cluster of opened.splice(0)) await cluster.close()
  await server.close()
  expect(server.script).toEqual([])
})

describe('broken answers', () => {
  const unwell = [
    ['a reset', reset],
    ['half a body', half(stored)],
    ['429 with Retry-After', json(429, failure(429, 'TooManyRequests', 'slow'), { 'retry-after': '0' })],
    ['503', json(503, failure(503, 'ServiceUnavailable', 'x'))],
    ['504', json(504, failure(504, 'Timeout', 'x'))],
    ['etcd without a leader', json(500, failure(500, '', 'etcdserver: leader changed'))],
    ['a webhook that is down', json(500, failure(500, 'InternalError', 'failed calling webhook "x": EOF'))],
    ['no JSON', (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":')],
  ] as const satisfies [string, (typeof server.script)[number]][]

  test.each(unwell)('%s is asked again', async (_, act) => {
    server.script.push(act, act, json(200, stored))
    expect(await open().get(ref)).toEqual(stored)
    expect(server.seen).toHaveLength(3)
  })

  test('a connection that the server closes between two requests', async () => {
    server.script.push(json(200, stored, { connection: 'close' }), json(200, stored))
    const cluster = open()
    await cluster.get(ref)
    expect(await cluster.get(ref)).toEqual(stored)
  })

  test('somebody who answers for the server is not believed', async () => {
    server.script.push(
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
    )
    await expect(open().get(ref)).rejects.toMatchObject({
      reason: 'NotJson',
      message: expect.stringContaining('Sign in'),
    })
  })

  test('an end after six tries, with what was wrong', async () => {
    server.script.push(...Array.from({ length: 6 }, () => json(503, failure(503, 'ServiceUnavailable', 'overloaded'))))
    await expect(apply(open())).rejects.toMatchObject({ status: 503, message: 'overloaded' })
  })

  test('no answer at all', async () => {
    server.script.push(...Array.from({ length: 6 }, () => reset))
    await expect(apply(open())).rejects.toMatchObject({ name: 'ApiError', status: 0 })
  })

  test.each([400, 409, 410, 422])('%i is not asked again', async (status) => {
    server.script.push(json(status, failure(status, 'Reason', 'because')))
    await expect(apply(open())).rejects.toMatchObject({ status, reason: 'Reason', message: 'because' })
  })

  test('nobody listens', async () => {
    await expect(open({ server: 'https://127.0.0.1:1' }).get(ref)).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining('cannot connect to the API server at https://127.0.0.1:1'),
    })
  })

  test('a certificate of somebody else is believed once and not tried again', async () => {
    const { ca: _, ...rest } = { server: server.server, ca: server.ca }
    const cluster = kubernetes(rest, { log, signal: cancel.signal })
    await expect(cluster.get(ref)).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining('trust'),
    })
    expect(cluster.traffic().requests).toBe(1)
    await cluster.close()
  })
})

describe('credentials', () => {
  const denied = json(401, failure(401, 'Unauthorized', 'Unauthorized'))
  const tokens = () => {
    const asked: boolean[] = []
    let made = 1
    const bearer = async (renew: boolean) => {
      asked.push(renew)
      return `t${renew ? ++made : made}`
    }
    return { asked, bearer }
  }

  test('a token that ran out is renewed once', async () => {
    const { bearer } = tokens()
    server.script.push(denied, json(200, stored))
    await open({ bearer }).get(ref)
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer t1', 'Bearer t2'])
  })

  test('many that are refused at once renew it once', async () => {
    const { bearer, asked } = tokens()
    const act: typeof denied = (response, seen) =>
      (seen.headers.authorization === 'Bearer t1' ? denied : json(200, stored))(response, seen)
    server.script.push(...Array.from({ length: 20 }, () => act))
    const cluster = open({ bearer })
    await Promise.all(Array.from({ length: 10 }, () => cluster.get(ref)))
    expect(asked.filter(Boolean)).toHaveLength(1)
  })

  test('a caller that the server does not know', async () => {
    const { bearer } = tokens()
    server.script.push(denied, denied)
    await expect(open({ bearer, unauthorizedHint: async () => 'do this' }).get(ref)).rejects.toMatchObject({
      code: 'AccessDenied',
      hint: 'do this',
    })
  })
})

describe('a cancelled run', () => {
  test('stops waiting for an answer, and for the next try', async () => {
    server.script.push(() => cancel.abort(new Error('SIGINT')))
    await expect(open().get(ref)).rejects.toMatchObject({ code: 'Cancelled' })
    await expect(open().get(ref)).rejects.toMatchObject({ code: 'Cancelled' })
    expect(server.seen).toHaveLength(1)
  })

  test('a write that is under way is let end', async () => {
    server.script.push((response, seen) => {
      cancel.abort()
      json(200, stored)(response, seen)
    })
    expect((await apply(open())).live).toEqual(stored)
  })

  test('a write that does not end is given up', async () => {
    server.script.push(() => cancel.abort())
    await expect(apply(open())).rejects.toMatchObject({ code: 'Cancelled' })
  })
})
