import { once } from 'node:events'
import {
  createConnection,
  createServer,
  type ListenOptions,
  type NetConnectOpts,
  type Server,
  type Socket,
} from 'node:net'
import { pipeline } from 'node:stream'

/** Joins two connections byte for byte; half-closed ones too, where both allow it. */
export const join = (near: Socket, far: Socket): void => {
  // A pipeline that fails destroys both its ends, which is all there is to do about a broken connection.
  pipeline(near, far, () => {})
  pipeline(far, near, () => {})
}

/** Joins every connection to `from` with a new one to `to`. */
export const relay = async (from: ListenOptions, to: NetConnectOpts): Promise<Server> => {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    join(near, createConnection({ ...to, allowHalfOpen: true }))
  })
  server.listen(from)
  await once(server, 'listening')
  return server
}
