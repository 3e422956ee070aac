import type { SecretStore } from '../secret-store.ts'
import type { Connect, Session } from '../session.ts'

class Killed extends Error {}

export type Killer = {
  through: (connect: Connect) => Connect
  secrets: (store: SecretStore) => SecretStore
  /** How many requests there were. */
  count: () => number
  /** Ends what a killed process would have left to the kernel. */
  bury: () => Promise<void>
}

/**
 * Ends everything at the request with this number, to the database server or the secrets: `before` it is sent, or `after`
 * it was carried out and its answer lost. Nothing is sent from then on.
 */
export const killerAt = (at: number, when: 'before' | 'after'): Killer => {
  let count = 0
  let dead = false
  const open: Session[] = []
  const die = (): never => {
    dead = true
    throw new Killed(`killed at request ${count}`)
  }
  const send = async <T>(request: () => Promise<T>): Promise<T> => {
    if (dead) return die()
    const mine = ++count === at
    if (mine && when === 'before') return die()
    try {
      return await request()
    } finally {
      // Also when it was refused: a session that is to be ended may have ended by itself, which is no error.
      if (mine) die()
    }
  }
  return {
    count: () => count,
    bury: async () => void (await Promise.all(open.map((session) => session.close()))),
    through: (connect) => (login) =>
      send(async () => {
        const session = await connect(login)
        open.push(session)
        return {
          run: (...statement) => send(() => session.run(...statement)),
          script: (sql) => send(() => session.script(sql)),
          close: async () => {
            if (!dead) await session.close()
          },
        }
      }),
    secrets: (store) => ({
      read: (name) => send(() => store.read(name)),
      write: (name, text) => send(() => store.write(name, text)),
    }),
  }
}
