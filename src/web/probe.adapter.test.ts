import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { web } from './fetch.ts'
import { probe } from './probe.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => void (await Promise.all(closers.splice(0).map((close) => close()))))

const serve = async (listener: RequestListener) => {
  const server = createServer(listener)
  const seen = { connections: 0, requests: 0 }
  server.on('connection', () => {
    seen.connections += 1
  })
  server.on('request', () => {
    seen.requests += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const sha = 'abc1234def5678abc1234def5678abc1234def56'
const lines: string[] = []
const say = { info: (text: string) => void lines.push(text), warning: () => {}, debug: () => {} }
const limits = { timeout: 5_000, signal: new AbortController().signal, maxBytes: 1000 }
const run = (timeout = 20_000, signal = new AbortController().signal) => ({ timeout, signal, say })

test('each get is a new connection, redirects are shown', async () => {
  const { url, seen } = await serve((_, response) =>
    response.writeHead(302, { location: '/login', 'set-cookie': ['a=1', 'b=2'] }).end('see /login'),
  )
  for (const _ of [1, 2]) {
    expect(await web.get(url, limits)).toMatchObject({
      status: 302,
      headers: { location: '/login', 'set-cookie': 'a=1, b=2' },
      body: 'see /login',
    })
  }
  expect(seen).toEqual({ connections: 2, requests: 2 })
})

test('a body without an end is cut', async () => {
  const { url } = await serve((_, response) => {
    const more = () => void response.write('x'.repeat(10_000), more)
    more()
  })
  expect(await web.get(url, limits)).toMatchObject({ status: 200, body: 'x'.repeat(1000) })
})

test.each<[string, RequestListener, RegExp]>([
  ['silence', () => {}, /^no answer within 0.3 s$/],
  ['a body that stalls', (_, response) => void response.writeHead(200).write('x'), /^no answer within 0.3 s$/],
  ['a closed connection', (request) => void request.socket.destroy(), /^(UND_ERR_SOCKET|ECONNRESET): /],
])('%s is an error in words', async (_, listener, error) => {
  const { url } = await serve(listener)
  expect(await web.get(url, { ...limits, timeout: 300 })).toEqual({ error: expect.stringMatching(error) })
})

test('nobody there and no such name begin with their code', async () => {
  const { url } = await serve(() => {})
  await closers.pop()?.()
  expect(await web.get(url, limits)).toEqual({ error: expect.stringMatching(/^ECONNREFUSED: /) })
  expect(await web.get('http://nothing.invalid', limits)).toEqual({
    error: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN): /),
  })
})

test('three good answers in a row, counted anew after a bad one', async () => {
  const statuses = [503, 200, 200, 500, 200, 200, 200]
  const { url, seen } = await serve((_, response) => response.writeHead(statuses.shift() ?? 200).end())
  expect(await probe(web, { url, health: '/healthz', sha }, run())).toBe('rollout')
  expect(seen.requests).toBe(7)
})

test('the old version is waited out', async () => {
  const commits = ['fff9999', 'abc1234', 'fff9999']
  const { url, seen } = await serve((_, response) => response.setHeader('x-commit', commits.shift() ?? sha).end())
  expect(await probe(web, { url, health: '/', commit: { header: 'x-commit' }, sha }, run())).toBe('proven')
  expect(seen.requests).toBe(6)
})

test('what answered last is in the error', async () => {
  const { url } = await serve((_, response) => response.writeHead(503).end('no healthy targets'))
  await expect(probe(web, { url, health: '/healthz', sha }, run(600))).rejects.toMatchObject({
    code: 'Unanswered',
    object: `${url}/healthz`,
    message: expect.stringContaining('last: HTTP 503: no healthy targets'),
  })
})

test('a name that is not there hints at resolvers', async () => {
  const gone = { get: async () => ({ error: 'ENOTFOUND: getaddrinfo ENOTFOUND a.test' }) }
  await expect(probe(gone, { url: 'http://a.test', health: '/', sha }, run(10))).rejects.toMatchObject({
    code: 'Unanswered',
    hint: expect.stringContaining('15 minutes'),
  })
})

test('a cancel ends it', async () => {
  const cancel = new AbortController()
  const { url } = await serve((_, response) => {
    cancel.abort()
    response.writeHead(503).end()
  })
  await expect(probe(web, { url, health: '/', sha }, run(20_000, cancel.signal))).rejects.toMatchObject({
    code: 'Cancelled',
  })
})
