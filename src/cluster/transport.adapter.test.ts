import { describe, expect, test } from 'vitest'
import { log, ref, stored, withScriptedServer } from '../../test/config-map-server.ts'
import { failure, half, json, reset } from '../../test/scripted-server.ts'
import { kubernetes } from './api.ts'

const { now, open, apply } = withScriptedServer()

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
  ] as const satisfies [string, (typeof now.server.script)[number]][]

  test.each(unwell)('%s is asked again', async (_, act) => {
    now.server.script.push(act, act, json(200, stored))
    expect(await open().get(ref)).toEqual(stored)
    expect(now.server.seen).toHaveLength(3)
  })

  test('a connection that the server closes between two requests', async () => {
    now.server.script.push(json(200, stored, { connection: 'close' }), json(200, stored))
    const cluster = open()
    await cluster.get(ref)
    expect(await cluster.get(ref)).toEqual(stored)
  })

  test('somebody who answers for the server is not believed', async () => {
    now.server.script.push(
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
    )
    await expect(open().get(ref)).rejects.toMatchObject({
      reason: 'NotJson',
      message: expect.stringContaining('Sign in'),
    })
  })

  test('an end after six tries, with what was wrong', async () => {
    now.server.script.push(
      ...Array.from({ length: 6 }, () => json(503, failure(503, 'ServiceUnavailable', 'overloaded'))),
    )
    await expect(apply(open())).rejects.toMatchObject({ status: 503, message: 'overloaded' })
  })

  test('no answer at all', async () => {
    now.server.script.push(...Array.from({ length: 6 }, () => reset))
    await expect(apply(open())).rejects.toMatchObject({ name: 'ApiError', status: 0 })
  })

  test.each([400, 409, 410, 422])('%i is not asked again', async (status) => {
    now.server.script.push(json(status, failure(status, 'Reason', 'because')))
    await expect(apply(open())).rejects.toMatchObject({ status, reason: 'Reason', message: 'because' })
  })

  test('nobody listens', async () => {
    await expect(open({ server: 'https://127.0.0.1:1' }).get(ref)).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining('cannot connect to the API server at https://127.0.0.1:1'),
    })
  })

  test('a certificate of somebody else is believed once and not tried again', async () => {
    const { ca: _, ...rest } = { server: now.server.server, ca: now.server.ca }
    const cluster = kubernetes(rest, { log, signal: now.cancel.signal })
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
    now.server.script.push(denied, json(200, stored))
    await open({ bearer }).get(ref)
    expect(now.server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer t1', 'Bearer t2'])
  })

  test('many that are refused at once renew it once', async () => {
    const { bearer, asked } = tokens()
    const act: typeof denied = (response, seen) =>
      (seen.headers.authorization === 'Bearer t1' ? denied : json(200, stored))(response, seen)
    now.server.script.push(...Array.from({ length: 20 }, () => act))
    const cluster = open({ bearer })
    await Promise.all(Array.from({ length: 10 }, () => cluster.get(ref)))
    expect(asked.filter(Boolean)).toHaveLength(1)
  })

  test('a caller that the server does not know', async () => {
    const { bearer } = tokens()
    now.server.script.push(denied, denied)
    await expect(open({ bearer, unauthorizedHint: async () => 'do this' }).get(ref)).rejects.toMatchObject({
      code: 'AccessDenied',
      hint: 'do this',
    })
  })
})

describe('a cancelled run', () => {
  test('stops waiting for an answer, and for the next try', async () => {
    now.server.script.push(() => now.cancel.abort(new Error('SIGINT')))
    await expect(open().get(ref)).rejects.toMatchObject({ code: 'Cancelled' })
    await expect(open().get(ref)).rejects.toMatchObject({ code: 'Cancelled' })
    expect(now.server.seen).toHaveLength(1)
  })

  test('a write that is under way is let end', async () => {
    now.server.script.push((response, seen) => {
      now.cancel.abort()
      json(200, stored)(response, seen)
    })
    expect((await apply(open())).live).toEqual(stored)
  })

  test('a write that does not end is given up', async () => {
    now.server.script.push(() => now.cancel.abort())
    await expect(apply(open())).rejects.toMatchObject({ code: 'Cancelled' })
  })
})
