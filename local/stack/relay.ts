import { once } from 'node:events'
import { createConnection, createServer, type ListenOptions, type NetConnectOpts, type Server } from 'node:net'
import { pipeline } from 'node:stream'

/** Joins every connection to `from` with a new one to `to`, byte for byte, including half-closed ones. */
export const relay = async (from: ListenOptions, to: NetConnectOpts): Promise<Server> => {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = createConnection({ ...to, allowHalfOpen: true })
    // A pipeline that fails destroys both its ends, which is all there is to do about a broken connection.
    pipeline(near, far, () => {})
    pipeline(far, near, () => {})
  })
  server.listen(from)
  await once(server, 'listening')
  return server
}
