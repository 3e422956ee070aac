import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { relay } from './relay.ts'

let folder = ''
const servers: Server[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-test-'))
})

afterEach(async () => {
  for (const server of servers.splice(0)) server.close()
  await rm(folder, { recursive: true, force: true })
})

const portOf = (server: Server): number => (server.address() as AddressInfo).port

test('two relays in a row lead through a unix socket, and a half-closed connection still gets its answer', async () => {
  const shout = createServer({ allowHalfOpen: true }, async (socket) => socket.end((await text(socket)).toUpperCase()))
  servers.push(shout.listen(0, '127.0.0.1'))
  await once(shout, 'listening')
  const path = join(folder, 'shout.sock')
  servers.push(await relay({ path }, { host: '127.0.0.1', port: portOf(shout) }))
  const outside = await relay({ host: '127.0.0.1', port: 0 }, { path })
  servers.push(outside)

  const client = createConnection({ host: '127.0.0.1', port: portOf(outside), allowHalfOpen: true })
  client.end('who is there?')
  expect(await text(client)).toBe('WHO IS THERE?')
})

test('a connection to nobody is closed, and the relay goes on', async () => {
  const outside = await relay({ host: '127.0.0.1', port: 0 }, { path: join(folder, 'nobody.sock') })
  servers.push(outside)
  for (const _ of [1, 2]) {
    const client = createConnection({ host: '127.0.0.1', port: portOf(outside) })
    client.on('error', () => {})
    await once(client, 'close')
  }
  expect(outside.listening).toBe(true)
})
