import type http from 'node:http'
import type https from 'node:https'

/** When the server listens; port 0 takes a free one. */
export const listening = <Listener extends http.Server | https.Server>(
  server: Listener,
  port: number,
  host: string,
): Promise<Listener> =>
  new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(server))
  })

/** Ends whatever is under way, and is through when the port is free. */
export const closed = async (server: http.Server | https.Server): Promise<void> => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
