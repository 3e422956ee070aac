/** A Service's name where a text means a host by it. An ordinary word that happens to be its name is none of our business. */

export type ServiceHost = {
  name: string
  /** As its manifest has it; without one, people write `default`. */
  namespace: string
  ports: ReadonlySet<string>
  /** StatefulSets whose pods have hosts below this one: `db-0.db`. */
  sets: readonly string[]
  now: { suffix: string; namespace: string | undefined }
}

export type Found = { service: string; from: string; to: string }

/**
 * The text with the hosts that the Service and its pods have now, and what was changed. `before` is what stands in front of
 * the text and says what it is: `DB_HOST=`.
 */
export const withHosts = (text: string, before: string, service: ServiceHost): { text: string; found: Found[] } => {
  const found: Found[] = []
  const all = before + text
  const changed = all.replaceAll(hostPattern(service), (from, ...rest) => {
    const groups = rest.at(-1) as Groups
    const start = rest.at(-3) as number
    if (start < before.length || !isHost(all, start, from, groups, service.ports)) return from
    const to = hostNow(groups, service)
    if (to !== from) found.push({ service: service.name, from, to })
    return to
  })
  return { text: changed.slice(before.length), found }
}

type Groups = { set?: string; ordinal?: string; namespace?: string; cluster?: string }

/** `db`, `db.shop`, `db.shop.svc.cluster.local`, `db-0.db`; never a part of a longer name, nor the scheme of a URL (`redis://`). */
const hostPattern = ({ name, namespace, sets }: ServiceHost): RegExp => {
  const pod = sets.length === 0 ? '' : `(?:(?<set>${sets.map(escaped).join('|')})-(?<ordinal>\\d+)\\.)?`
  const variable = '\\$\\(\\w+\\)|\\$\\{\\w+\\}'
  const domain = `(?:\\.(?<namespace>${escaped(namespace)}|${variable})(?<cluster>\\.svc(?:\\.cluster\\.local)?)?)?`
  return new RegExp(`(?<![\\w-])${pod}${escaped(name)}${domain}(?![\\w$-]|\\.[\\w$]|://)`, 'g')
}

const escaped = (name: string): string => name.replaceAll(/[^\w-]/g, '\\$&')

const hostNow = ({ set, ordinal, namespace, cluster = '' }: Groups, { name, now }: ServiceHost): string => {
  const pod = set === undefined ? '' : `${set}${now.suffix}-${ordinal}.`
  const moved = namespace?.startsWith('$') ? namespace : (now.namespace ?? namespace)
  return `${pod}${name}${now.suffix}${namespace === undefined ? '' : `.${moved}${cluster}`}`
}

/** The last word of a key: `DB_HOST`, `db.url`, `--server-addr`, `apiEndpoints`, and libpq's PGHOST. */
const WORDS = ['host', 'pghost', 'hostname', 'addr', 'address', 'server', 'endpoint', 'url', 'uri']
const lower = WORDS.join('|')
const capital = WORDS.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('|')
const KEY = `(?:(?<![A-Za-z])(?:${lower})|(?<![A-Z])(?:${capital})|(?<![A-Za-z])(?:${lower.toUpperCase()}))[sS]?`

const BEFORE = [
  /\w:\/\/(?:[^\s/@"'`]*@)?$/, // http://db, postgres://user:password@db
  new RegExp(`${KEY}["']?\\s*[=:]\\s*["']?$`), // DB_HOST=db, "host": "db", host: db
  new RegExp(`(?:^|\\s)--?[\\w.-]*${KEY}\\s+["']?$`), // --db-host db
  /(?:^|\s)-[hH]\s+["']?$/, // psql -h db
  /(?:^|[\s"'`;&|(])(?:nslookup|nc|ncat|getent hosts)(?:\s+-\w+(?:\s+\d+)?)*\s+$/, // nc -z db 5432
]
/** What follows the user of a URL, which may be called like a host: `postgres://db:secret@db`. */
const USER_ENDS = /^(?::[^\s/@"'`]*)?@/
const SCHEMELESS = /(?:^|[^\w:/])\/\/$/
const WORD_BEGINS = /(?:^|[^\w./$-])$/

/** Enough for a key or a user's name and password, and a bound for what a search may cost. */
const WINDOW = 200

const isHost = (all: string, start: number, host: string, { cluster }: Groups, ports: ReadonlySet<string>): boolean => {
  const before = all.slice(Math.max(0, start - WINDOW), start)
  const after = all.slice(start + host.length, start + host.length + WINDOW)
  if (/:\/\/$/.test(before) && USER_ENDS.test(after)) return false
  if (BEFORE.some((pattern) => pattern.test(before))) return true
  if (SCHEMELESS.test(before)) return /^[:/]/.test(after)
  if (!WORD_BEGINS.test(before)) return false
  const [, port] = /^:(\$|\d+)/.exec(after) ?? []
  return cluster !== undefined || port === '$' || (port !== undefined && ports.has(port))
}
