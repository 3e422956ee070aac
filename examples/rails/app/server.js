import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { databasePool } from '../config/database.js'
import { required } from '../config/environment.js'
import { articles } from './articles.js'
import { precompile } from './precompile.js'

/** Shared with nginx. */
const SOCKETS = path.join(import.meta.dirname, '../tmp/sockets')
const SOCKET = path.join(SOCKETS, 'rails.sock')

export const serve = async () => {
  const pool = databasePool()
  const answer = articles({
    database: pool,
    stylesheet: await precompile(),
    secret: required('SECRET_KEY_BASE'),
    siteName: required('SITE_NAME'),
  })
  const server = createServer(async (request, response) => {
    response.setHeader('x-commit', process.env.COMMIT ?? 'unknown')
    try {
      await answer(request, response)
    } catch (error) {
      console.error(`${request.method} ${request.url}: ${error.message}`)
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
      response.end('Something went wrong\n')
    }
  })
  await mkdir(SOCKETS, { recursive: true })
  // A container that was restarted finds the socket of its former life.
  await rm(SOCKET, { force: true })
  // nginx is another container, with another user.
  server.listen({ path: SOCKET, readableAll: true, writableAll: true }, () => console.log(`listening on ${SOCKET}`))
  process.once('SIGTERM', () => server.close(() => pool.end()))
}

/** Returns when nginx has answered its last request: until then somebody has to be behind the socket. */
export const drain = async () => {
  while (existsSync(path.join(SOCKETS, 'nginx.pid'))) await sleep(100)
}
