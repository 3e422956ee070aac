import { setTimeout as pause } from 'node:timers/promises'
import { PrepareFailure } from './failure.ts'
import type { Fence } from './fence.ts'
import type { Connect, Row, Session, Value } from './session.ts'

/**
 * A database server as its admin sees it, with one database of the pool and the user of the same name. What is asked
 * of it may be asked again: each of these ends in the same state however often it was begun.
 */
export type DatabaseServer = {
  /** Waits until nobody else prepares this database. The lock goes with the connection. @throws PrepareFailure */
  lock(): Promise<void>
  readFence(): Promise<Fence | undefined>
  writeFence(fence: Fence): Promise<void>
  /** How the database was made; null when there is none. */
  readShape(): Promise<string | null>
  hasUser(): Promise<boolean>
  /** From here on nobody knows the user's password. Makes the user when there is none. */
  lockOut(): Promise<void>
  /** Returns when the user has no session any more. */
  endSessions(): Promise<void>
  /** Empty, with nobody in it. `tenant` when the user is to have it. */
  recreate(shape: string | null, owner: 'tenant' | 'admin'): Promise<void>
  /** The user may log in with this password, and has all rights on this database. */
  admit(password: string): Promise<void>
  /** A session of the user in the database; undefined when the server refuses it. */
  login(password: string): Promise<Session | undefined>
  dropUser(): Promise<void>
  close(): Promise<void>
}

export type OpenServer = (to: {
  connect: Connect
  admin: { user: string; password: string }
  database: string
}) => Promise<DatabaseServer>

/** Longer than preparing takes without a large seed. */
export const LOCK_WAIT_S = 60
/** A function that was frozen in the middle keeps its connection, and with it the lock, for no longer than this. */
export const IDLE_LIMIT_S = 300
const SESSIONS_LIMIT_MS = 20_000

export const busy = (database: string): PrepareFailure =>
  new PrepareFailure('Busy', `Lock ${database}: somebody else has been preparing it for ${LOCK_WAIT_S} s. Run it again`)

/** `end` asks the server to end what is left and says how many there were: a session that was told to end may take a moment. */
export const untilNoSessions = async (database: string, end: () => Promise<number>): Promise<void> => {
  for (const limit = Date.now() + SESSIONS_LIMIT_MS; Date.now() < limit; await pause(50)) {
    if ((await end()) === 0) return
  }
  const message = `End the sessions of ${database}: some are still open after ${SESSIONS_LIMIT_MS / 1000} s. Look at them on the server`
  throw new PrepareFailure('SessionsRemain', message)
}

export const fenceOf = (row: Row | undefined): Fence | undefined =>
  row && {
    generation: Number(row.generation),
    environment: String(row.environment),
    state: row.state as Fence['state'],
    shape: row.shape === null ? null : String(row.shape),
  }

export const fenceValues = (database: string, { environment, generation, shape, state }: Fence): Value[] => [
  database,
  generation,
  environment,
  state,
  shape,
]

/** What the server answers to somebody it does not let in: told by its numbers, unlike what is wrong on the way there. */
export const refusedBy =
  (codes: readonly (string | number)[]) =>
  (error: unknown): undefined => {
    const { code, errno } = error as { code?: string; errno?: number }
    if (codes.includes(errno ?? code ?? '')) return undefined
    throw error
  }
