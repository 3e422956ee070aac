/** Lock wait, deadlock, and a server that has just become read-only: a failover. */
const MYSQL = [1205, 1213, 1290, 1836]
/** Serialization, deadlock, read-only after a failover, and a server that shuts down or starts. */
const POSTGRES = ['40001', '40P01', '25006', '57P01', '57P03']
const NETWORK = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'PROTOCOL_CONNECTION_LOST']
const OWN = ['ConnectionLost', 'TimedOut']

/** Whether it may be gone when it is tried again. Anything else would fail again, and is told at once. */
export const isTransient = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  const { code = '', errno = 0 } = error as { code?: string; errno?: number }
  const known = MYSQL.includes(errno) || [...POSTGRES, ...NETWORK].includes(code) || OWN.includes(error.name)
  return known || isTransient(error.cause)
}

export type Patience = {
  attempts: number
  /** Milliseconds until everything has to be over. */
  timeLeft: () => number
  pause: (ms: number) => Promise<unknown>
  /** Between 0 and 1. */
  random: () => number
  log: (line: string) => void
}

const FIRST_PAUSE_MS = 500
/** Less is not enough for another attempt to get anywhere. */
const LEAST_LEFT_MS = 30_000

/** The whole of `work` again, from the start: every statement of it may be repeated, and a lock is gone with its connection. */
export const retrying = async <T>(work: () => Promise<T>, patience: Patience): Promise<T> => {
  const { attempts, log, pause, random, timeLeft } = patience
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      // Between half and all of it, so that those who met once do not meet again.
      const wait = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random() / 2)
      if (attempt >= attempts || !isTransient(error) || timeLeft() - wait < LEAST_LEFT_MS) throw error
      log(`attempt ${attempt} of ${attempts}: ${(error as Error).message}`)
      await pause(wait)
    }
  }
}
