import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** `lost`: the request was carried out and the connection breaks before the answer. */
export type Reply = { status: number; body: string } | 'lost'
export type Asked = { method: string; path: string; query: URLSearchParams; body: string; target: string }

/** For tests: an AWS endpoint on loopback that answers as told, and what it was asked. */
export const scriptedAws = async (reply: (asked: Asked, count: number) => Reply) => {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const one = await read(request)
    asked.push(one)
    const answer = reply(one, asked.length)
    if (answer === 'lost') request.socket.destroy()
    else response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    asked,
    /** For the constructor of any client. */
    client: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const read = async (request: IncomingMessage): Promise<Asked> => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://aws')
  const target = String(request.headers['x-amz-target'] ?? '')
  return { method: request.method ?? '', path: pathname, query: searchParams, body: await text(request), target }
}

export const xmlError = (status: number, code: string, message = code): Reply => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
})
