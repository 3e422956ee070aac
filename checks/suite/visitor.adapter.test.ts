import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { recording } from './recording.ts'
import { visitor } from './visitor.ts'
import { ask } from './web.ts'

const servers: Server[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close().closeAllConnections())))

type Seen = { method: string | undefined; url: string | undefined; headers: IncomingMessage['headers']; body: string }

/** An app that keeps what it is asked. */
const serve = async (listener: RequestListener): Promise<{ url: string; seen: Seen[] }> => {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const { headers, method, url } = request
    let body = ''
    for await (const chunk of request) body += chunk
    seen.push({ method, url, headers, body })
    listener(request, response)
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, seen }
}
const SESSION = 'a-session-of-some-length'

test('cookies come back to the host that set them, until it takes them back', async () => {
  const app = await serve(({ url }, response) => {
    if (url === '/login') response.setHeader('set-cookie', [`session=${SESSION}; HttpOnly`, 'theme=dark; Max-Age=60'])
    if (url === '/logout')
      response.setHeader('set-cookie', ['session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'theme=; Max-Age=0'])
    response.end()
  })
  const other = await serve((_, response) => response.end())
  const own = visitor()
  for (const path of ['/login', '/in', '/logout', '/out']) await ask(`${app.url}${path}`, 'localhost', { visitor: own })
  await ask(other.url, 'localhost', { visitor: own })
  expect(app.seen.map(({ headers }) => headers.cookie)).toEqual([
    undefined,
    `session=${SESSION}; theme=dark`,
    `session=${SESSION}; theme=dark`,
    undefined,
  ])
  expect(other.seen[0]?.headers.cookie).toBeUndefined()
})

test('a form that redirects is followed as a browser does, with the cookie of the redirect', async () => {
  const app = await serve(({ url }, response) => {
    if (url === '/login') response.writeHead(302, { location: '/home', 'set-cookie': `session=${SESSION}` })
    response.end()
  })
  await ask(`${app.url}/login`, 'localhost', {
    method: 'POST',
    body: new URLSearchParams({ user: 'a b' }),
    visitor: visitor(),
  })
  expect(app.seen.map(({ body, method, url }) => [method, url, body])).toEqual([
    ['POST', '/login', 'user=a+b'],
    ['GET', '/home', ''],
  ])
  expect(app.seen[1]?.headers.cookie).toBe(`session=${SESSION}`)
})

test('307 asks the same again; a redirect that is expected is the answer', async () => {
  const app = await serve(({ url }, response) => {
    if (url === '/old') response.writeHead(307, { location: '/new' })
    response.end()
  })
  const asking = { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } }
  await ask(`${app.url}/old`, 'localhost', asking)
  expect(app.seen[1]).toMatchObject({ method: 'PUT', url: '/new', body: '{}' })
  expect((await ask(`${app.url}/old`, 'localhost', { ...asking, follow: false })).status).toBe(307)
})

test('a token and headers of a check go to no other host, not even by a redirect', async () => {
  const other = await serve((_, response) => response.end())
  const app = await serve((_, response) => response.writeHead(307, { location: `${other.url}/` }).end())
  const own = visitor()
  own.setToken(new URL(app.url), 'the-token-of-app1')
  const headers = { Authorization: 'Basic x', 'X-Api-Key': 'y', accept: 'text/plain' }
  await ask(app.url, 'localhost', { headers: { 'X-Api-Key': 'y' }, visitor: own })
  await ask(app.url, 'localhost', { headers })
  expect(app.seen[0]?.headers).toMatchObject({ authorization: 'Bearer the-token-of-app1', 'x-api-key': 'y' })
  for (const { headers } of other.seen) {
    expect(headers.authorization).toBeUndefined()
    expect(headers['x-api-key']).toBeUndefined()
  }
  expect(other.seen[1]?.headers.accept).toBe('text/plain')
})

test('what was asked is kept without anything secret, and repeated answers once', async () => {
  const token = 'token-0123456789'
  const app = await serve((_, response) => {
    response.setHeader('set-cookie', `session=${SESSION}`)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ password: 'hunter2', echo: `${token} ${SESSION}`, long: 'x'.repeat(5_000) }))
  })
  const own = visitor()
  own.setToken(new URL(app.url), token)
  const exchanges: Exchange[] = []
  await recording(exchanges, async () => {
    for (let count = 0; count < 3; count++)
      await ask(`${app.url}/?token=${token}`, 'localhost', {
        method: 'POST',
        body: '{"user":"a","password":"hunter2"}',
        headers: { 'x-api-key': 'k' },
        visitor: own,
      })
    await ask('http://localhost:1/', 'localhost').catch(() => {})
  })
  expect(exchanges.map(({ status, times }) => [status, times])).toEqual([
    [200, 1],
    [200, 2],
    [undefined, 1],
  ])
  expect(exchanges[1]).toMatchObject({
    headers: { authorization: '***', cookie: '***', 'x-api-key': '***' },
    body: '{"user":"a","password":"***"}',
  })
  expect(exchanges[2]?.problem).toMatch(/^got no answer: /)
  const kept = JSON.stringify(exchanges)
  for (const secret of [token, SESSION, 'hunter2']) expect(kept).not.toContain(secret)
  expect(kept).toMatch(/x… \(cut: \d+ characters\)/)
})
