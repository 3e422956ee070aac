import { setTimeout as pause } from 'node:timers/promises'

export type Value = string | number | null
export type Row = Record<string, unknown>

/** One connection to a database server, as one user. It does not come back when it is lost: its locks are gone as well. */
export type Session = {
  /** One statement. `limitMs` is for those that may wait. */
  run(sql: string, values?: readonly Value[], limitMs?: number): Promise<Row[]>
  /** Many statements in one text, as a file of SQL has them; as long as there is time. */
  script(sql: string): Promise<void>
  close(): Promise<void>
}

export type Login = { user: string; password: string; database?: string }
export type Connect = (login: Login) => Promise<Session>

/** Where the server is, and until when everything has to be over. */
export type ServerAddress = { host: string; port: number; tls: boolean; timeLeft: () => number }

export const CONNECT_LIMIT_MS = 10_000
const STATEMENT_LIMIT_MS = 30_000

export class TimedOut extends Error {
  override name = 'TimedOut'
}
export class ConnectionLost extends Error {
  override name = 'ConnectionLost'
}

type Driver = {
  query(sql: string, values: readonly Value[]): Promise<Row[]>
  script(sql: string): Promise<unknown>
  end(): Promise<unknown>
  /** Ends it now, whatever it is doing. */
  destroy(): void
  isLost(): boolean
}

/** What both drivers have in common: every call has its time, and a connection that was lost says so. */
export const sessionOf = (driver: Driver, timeLeft: () => number): Session => {
  const call = async <T>(work: () => Promise<T>, limit: number): Promise<T> => {
    try {
      return await within(Math.min(limit, timeLeft()), work, driver.destroy)
    } catch (cause) {
      const answered = cause instanceof Error && ('sqlMessage' in cause || 'severity' in cause)
      if (answered || cause instanceof TimedOut || !driver.isLost()) throw cause
      throw new ConnectionLost('the connection to the server was lost', { cause })
    }
  }
  return {
    run: (sql, values = [], limitMs = STATEMENT_LIMIT_MS) => call(() => driver.query(sql, values), limitMs),
    script: async (sql) => void (await call(() => driver.script(sql), Number.POSITIVE_INFINITY)),
    // There is nothing to lose in a connection that does not close well.
    close: async () => void (await within(1000, () => driver.end(), driver.destroy).catch(driver.destroy)),
  }
}

/** The answer of `work`, or after `ms` its `end` and an error. */
export const within = async <T>(ms: number, work: () => Promise<T>, end: () => void): Promise<T> => {
  if (ms <= 0) {
    end()
    throw new TimedOut('there was no time left for it')
  }
  const over = new AbortController()
  const late = pause(ms, undefined, { signal: over.signal }).then(() => {
    end()
    throw new TimedOut(`no answer within ${Math.round(ms / 1000)} s`)
  })
  late.catch(() => {})
  const asked = work()
  // When it was too late already, nobody else hears of it.
  asked.catch(() => {})
  try {
    return await Promise.race([asked, late])
  } finally {
    over.abort()
  }
}
