import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { json, type Scripted, startScripted } from '../../test/scripted-server.ts'
import { wireTo } from './wire.ts'

const { signal } = new AbortController()
const request = { method: 'GET', path: '/x', what: 'x', timeout: 5_000 } as const

let server: Scripted
beforeEach(async () => {
  server = await startScripted()
})
afterEach(() => server.close())

test('a server that says nothing is given up', async () => {
  server.script.push(() => {})
  const wire = wireTo(server, signal)
  expect(await wire.attempt({ ...request, timeout: 100 }, undefined)).toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' })
  await wire.close()
})

test('goes through the proxy of the environment, but not to this machine', async () => {
  const port = Number(new URL(server.server).port)
  const tunnels: (string | undefined)[] = []
  const proxy = createServer().on('connect', ({ url }, socket: Socket) => {
    tunnels.push(url)
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.pipe(connect(port, '127.0.0.1')).pipe(socket)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
  server.script.push(json(200, { by: 'proxy' }), json(200, { by: 'itself' }))
  const far = wireTo({ server: 'https://api.test', ca: server.ca }, signal)
  const near = wireTo(server, signal)
  vi.unstubAllEnvs()
  expect(await far.attempt(request, undefined)).toMatchObject({ json: { by: 'proxy' } })
  expect(await near.attempt(request, undefined)).toMatchObject({ json: { by: 'itself' } })
  expect(tunnels).toEqual(['api.test:443'])
  await Promise.all([far.close(), near.close()])
  proxy.close()
})
