// Preloaded into the action by `node --import`: writes down every request as it goes out, and ends or stops the process at
// one of them. The action itself is the one that ships, unchanged.
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import type { ClientRequest } from 'node:http'
import type { At, Order, Sent } from './requests.ts'

type UndiciRequest = { origin: string; method: string; path: string }

const watch = ({ file, at }: Order): void => {
  const numbers = new WeakMap<object, number>()
  let last = 0

  const write = (line: object): void => appendFileSync(file, `${JSON.stringify(line)}\n`)
  const reach = (point: At['point'], number: number | undefined): void => {
    if (at?.point !== point || at.number !== number) return
    write({ pid: process.pid })
    process.kill(process.pid, at.signal)
  }
  const sending = (request: object, what: Omit<Sent, 'number'>): void => {
    const number = ++last
    numbers.set(request, number)
    write({ number, ...what } satisfies Sent)
    reach('sending', number)
  }
  const answered = (request: object): void => reach('answered', numbers.get(request))

  // Told before the first byte is written, and again when an answer's headers are read: nothing has been done with them yet.
  // Node's own fetch and the undici in the bundle use the same names.
  subscribe('undici:request:create', (message) => {
    const { request } = message as { request: UndiciRequest }
    sending(request, { method: request.method, host: new URL(request.origin).host, ...pathOf(request.path) })
  })
  subscribe('undici:request:headers', (message) => answered((message as { request: object }).request))
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest }
    const service = /\/([a-z0-9-]+)\/aws4_request/.exec(String(request.getHeader('authorization')))?.[1]
    sending(request, {
      method: request.method,
      host: String(request.getHeader('host')),
      ...pathOf(request.path),
      ...(service === undefined ? {} : { service }),
    })
  })
  subscribe('http.client.response.finish', (message) => answered((message as { request: object }).request))
}

/** Without the query; a webhook's path is a secret. */
const pathOf = (path: string): { path: string; dryRun?: true } => ({
  path: path.replace(/\?.*/s, '').replace(/^\/services\/.*/, '/services/…'),
  ...(path.includes('dryRun=All') ? { dryRun: true } : {}),
})

// `post` gets the same environment, and the state that `main` has saved.
if (process.env.STATE_main === undefined && process.env.AT_REQUEST) watch(JSON.parse(process.env.AT_REQUEST) as Order)
