// biome-ignore-all lint/suspicious/noThenProperty: what comes after a request; data, and never a function
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the small app of the tests works on; each is what a test may break. */
export type ShopParts = {
  commit: string
  insertItem(name: string): Promise<void>
  sendJob(id: string): Promise<void>
  isDone(id: string): boolean
  storeFile(key: string, text: string): Promise<void>
  /** Where it believes the other app to be. */
  otherApp: string
  /** Whether logins work. */
  logins: boolean
}

export type Shop = { url: string; parts: ShopParts; close(): Promise<void> }

const PASSWORD = 'correct horse battery'
const TOKEN = 'token-of-the-shop-0123456789'
const SESSION = 'session-of-the-shop-9876543210'

/** As an app of a preview: login, items in a database, jobs through a queue, files in a bucket, orders at the other app. */
export const openShop = async (parts: ShopParts): Promise<Shop> => {
  const orders = new Set<string>()
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-commit': shop.parts.commit, ...headers })
        .end(JSON.stringify(body))
    try {
      const url = new URL(request.url ?? '', 'http://shop')
      const [, first = '', second = ''] = url.pathname.split('/')
      if (first === 'healthz') return answer(200, { ok: true })
      const body = await bodyOf(request)
      if (first === 'login') {
        if (!shop.parts.logins) return answer(503, { error: 'the user service is down' })
        if (JSON.parse(body).password !== PASSWORD) return answer(401, { error: 'wrong password' })
        return answer(200, { ok: true, token: TOKEN }, { 'set-cookie': `session=${SESSION}; HttpOnly; Path=/` })
      }
      if (first === 'orders')
        return request.method === 'POST'
          ? answer(201, { id: taken(orders, body) })
          : answer(orders.has(second) ? 200 : 404, {})
      const { authorization, cookie } = request.headers
      if (authorization !== `Bearer ${TOKEN}` || cookie !== `session=${SESSION}`)
        return answer(401, { error: 'log in first' })
      return answer(...(await work(shop.parts, first, second, body)))
    } catch (error) {
      answer(500, { error: (error as Error).message })
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const shop: Shop = { url, parts, close: () => closed(server) }
  return shop
}

const work = async (parts: ShopParts, first: string, second: string, body: string): Promise<[number, object]> => {
  const id = `id-${Math.random().toString(36).slice(2)}`
  if (first === 'items') {
    await parts.insertItem(JSON.parse(body).name)
    return [201, { id }]
  }
  if (first === 'jobs' && second !== '') return [200, { id: second, state: parts.isDone(second) ? 'done' : 'queued' }]
  if (first === 'jobs') {
    await parts.sendJob(id)
    return [202, { id }]
  }
  if (first === 'files') {
    const [, text = ''] = /\r\n\r\n(.*)\r\n/.exec(body) ?? []
    await parts.storeFile(`files/${text}`, text)
    return [201, { key: `files/${text}` }]
  }
  if (first === 'checkout') {
    const answer = await fetch(`${parts.otherApp}/orders`, { method: 'POST', body: JSON.parse(body).order }).catch(
      () => undefined,
    )
    return answer?.ok ? [202, (await answer.json()) as object] : [502, { error: 'the order service does not answer' }]
  }
  return [404, {}]
}

const taken = (orders: Set<string>, order: string): string => {
  orders.add(order)
  return order
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

const closed = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })

/** What a team would write into `.github/preview.yaml` for it. */
export const SHOP_CHECKS = {
  login: {
    path: '/login',
    body: { user: 'demo', password: PASSWORD },
    expect: { json: { ok: true } },
    token: '$.token',
  },
  write: {
    path: '/items',
    body: { name: '{marker}' },
    expect: 201,
    row: { table: 'items', where: { name: '{marker}' }, within: '2s' },
  },
  queue: {
    path: '/jobs',
    body: {},
    expect: 202,
    then: { path: '/jobs/{json.id}', expect: { json: { state: 'done' } }, within: '8s' },
    queue: 'jobs',
  },
  storage: {
    path: '/files',
    file: { field: 'file', name: 'a.txt', text: '{marker}' },
    object: { bucket: 'uploads', key: '{json.key}', within: '2s' },
  },
  call: {
    path: '/checkout',
    body: { order: '{marker}' },
    expect: 202,
    then: { app: 'app2', path: '/orders/{json.id}', within: '2s' },
  },
} as const
