import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ask } from './web.ts'

const servers: Server[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close().closeAllConnections())))

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

test('a redirect inside the domain is followed and told', async () => {
  const app = await serve(({ url }, response) => {
    if (url === '/old') response.writeHead(301, { location: '/new' }).end()
    else response.writeHead(200, { 'x-commit': 'abc' }).end(`you asked ${url}`)
  })
  const { headers, said, status, text } = await ask(`${app}/old`, 'localhost')
  expect([status, headers.get('x-commit'), text]).toEqual([200, 'abc', 'you asked /new'])
  expect(said).toBe(`GET /old, redirected to ${app}/new,`)
})

test('a circle of redirects ends', async () => {
  const app = await serve((_, response) => response.writeHead(302, { location: '/' }).end())
  await expect(ask(`${app}/`, 'localhost')).rejects.toThrow('was redirected more than 3 times')
})

test('an endless body is not read to its end', async () => {
  const chunk = Buffer.alloc(65_536)
  const app = await serve((_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  })
  await expect(ask(`${app}/big`, 'localhost')).rejects.toThrow('GET /big answered more than 1 MB')
})

test('an answer that breaks off is a failure', async () => {
  const app = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  })
  await expect(ask(`${app}/half`, 'localhost')).rejects.toThrow(
    'GET /half answered 200, then broke off: connection closed',
  )
})

test('a name that does not exist is told as such', async () => {
  await expect(ask('http://nowhere.invalid/', 'invalid')).rejects.toThrow(
    /got no answer: (the name is not in DNS|DNS did not answer)/,
  )
})
