import { hide } from './recording.ts'

/** Shorter ones are words that stand elsewhere too. */
const SHORTEST_SECRET = 8

/** What an app has given whoever asks it: cookies, kept by host, and a token. */
export type Visitor = {
  headersFor(url: URL): Record<string, string>
  keep(url: URL, headers: Headers): void
  /** Sent as `Authorization: Bearer` to this host alone. */
  setToken(url: URL, token: string): void
}

export const visitor = (): Visitor => {
  const cookies = new Map<string, Map<string, string>>()
  let bearer: { host: string; token: string } | undefined
  return {
    headersFor: ({ host }) => {
      const own = [...(cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
      return {
        ...(own && { cookie: own }),
        ...(bearer?.host === host && { authorization: `Bearer ${bearer.token}` }),
      }
    },
    keep: ({ host }, headers) => {
      const own = cookies.get(host) ?? new Map<string, string>()
      for (const line of headers.getSetCookie()) {
        const [, name, value = ''] = /^\s*([^=;\s]+)=([^;]*)/.exec(line) ?? []
        if (name === undefined) continue
        if (value.length >= SHORTEST_SECRET) hide(value)
        if (isOver(line)) own.delete(name)
        else own.set(name, value.trim())
      }
      cookies.set(host, own)
    },
    setToken: ({ host }, token) => {
      hide(token)
      bearer = { host, token }
    },
  }
}

/** How servers take a cookie back. */
const isOver = (line: string): boolean => {
  const [, age] = /;\s*max-age=(-?\d+)/i.exec(line) ?? []
  if (age !== undefined) return Number(age) <= 0
  const [, expires] = /;\s*expires=([^;]+)/i.exec(line) ?? []
  return expires !== undefined && Date.parse(expires) < Date.now()
}
