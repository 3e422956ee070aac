import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'

export type Seen = {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: unknown
  /** Which connection it came by, from 1. */
  connection: number
}
export type Act = (response: ServerResponse, seen: Seen) => void

const DISCOVERY: Record<string, unknown> = {
  '/api/v1': {
    resources: [
      { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
      { name: 'namespaces', kind: 'Namespace', namespaced: false },
      { name: 'pods', kind: 'Pod', namespaced: true },
      { name: 'secrets', kind: 'Secret', namespaced: true },
      { name: 'pods/eviction', kind: 'Eviction', namespaced: true },
    ],
  },
}

/** An HTTPS server that answers discovery and for the rest does what it is told, in turn. */
export const startScripted = async () => {
  const { key, cert } = certificate()
  const seen: Seen[] = []
  const script: Act[] = []
  const sockets: TLSSocket[] = []
  const server = createServer({ key, cert }, async (request, response) => {
    const text = await textOf(request)
    const known = DISCOVERY[request.url ?? '']
    if (known !== undefined) return json(200, known)(response, seen[0] as Seen)
    const at: Seen = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
      connection: sockets.indexOf(request.socket as TLSSocket) + 1,
    }
    seen.push(at)
    const act = script.shift() ?? json(418, { message: 'not in the script' })
    act(response, at)
  })
  server.on('secureConnection', (socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: cert,
    seen,
    script,
    connections: () => sockets.length,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
export type Scripted = Awaited<ReturnType<typeof startScripted>>

export const json =
  (status: number, body: unknown, headers: Record<string, string | string[]> = {}): Act =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }

/** The connection breaks before a byte of the answer. */
export const reset: Act = (response) => response.socket?.destroy()

/** The connection breaks in the middle of the answer. */
export const half =
  (body: unknown): Act =>
  (response) => {
    const text = JSON.stringify(body)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroy())
  }

export const failure = (code: number, reason: string, message: string) => ({ kind: 'Status', code, reason, message })

const certificate = (): { key: string; cert: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'scripted-'))
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const names = ['-subj', '/CN=scripted', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:api.test']
  execFileSync('openssl', ['req', '-x509', ...curve, ...names, '-keyout', key, '-out', cert, '-days', '1'], {
    stdio: 'pipe',
  })
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  rmSync(folder, { recursive: true })
  return made
}
