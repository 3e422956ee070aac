import { Resolver } from 'node:dns/promises'
import http from 'node:http'

/** What a request got: an answer, or why there was none. */
export type Visit = { status: number; commit: string | undefined } | { error: string }

const TIMEOUT = 5_000

/** Where a name leads, asked of the zone's name server itself; undefined when it knows no such name. */
export const addressOf = async (host: string, nameServer: string): Promise<string | undefined> => {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: 2 })
  resolver.setServers([nameServer])
  try {
    return (await resolver.resolve4(host))[0]
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTFOUND' || code === 'ENODATA') return undefined
    throw new Error(`The name server ${nameServer} did not answer for ${host}.`, { cause: error })
  }
}

/** One request as a browser would send it, to an address that may no longer be the name's. */
export const visit = (url: URL, address: string): Promise<Visit> =>
  new Promise((resolve) => {
    const { port, pathname: path, host } = url
    const request = http.get({ host: address, port, path, headers: { host }, agent: false, timeout: TIMEOUT })
    request.on('response', (response) => {
      response.resume()
      const commit = response.headers['x-commit']
      resolve({ status: response.statusCode ?? 0, commit: Array.isArray(commit) ? commit[0] : commit })
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT / 1000} s`)))
    request.on('error', ({ message }) => resolve({ error: message }))
  })
