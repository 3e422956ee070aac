import { once } from 'node:events'
import { createServer } from 'node:net'

/** `preferred` if nobody listens there, else one the system chooses. */
export const freePort = async (preferred: number): Promise<number> => (await tryListen(preferred)) ?? (await chosen())

const chosen = async (): Promise<number> => {
  const port = await tryListen(0)
  if (port === undefined) throw new Error('No free TCP port on 127.0.0.1. Close some connections and try again.')
  return port
}

const tryListen = async (port: number): Promise<number | undefined> => {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return undefined
  }
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' ? address?.port : undefined
}
