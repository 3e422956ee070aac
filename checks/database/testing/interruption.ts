import type { RequestPorts } from '../request.ts'
import type { SecretStore } from '../secret-store.ts'
import { type Connect, ConnectionLost, type Session } from '../session.ts'

/** `during`: it is on its way, and whether it is carried out nobody knows. */
export type Point = 'before' | 'during' | 'after'

type Interruptible = Required<Pick<RequestPorts, 'through' | 'secrets' | 'readSeed' | 'timeLeft'>>

export type Interruption = {
  ports: Interruptible
  /** Each what it asked, and the how manieth of these it was: the same name in every run, however often others were repeated. */
  steps: string[]
  /** All that was sent, with the passwords in it. */
  sent: string[]
  wasKilled: () => boolean
}

/** Less than another attempt needs: who is killed does not try again. */
const TOO_LITTLE_TIME_MS = 25_000
/** The connection is ended while the statement is on its way. */
const AT_ONCE_MS = 1

/**
 * Ports of one request that is killed at one step of it: every connection is cut, and nothing is asked of anybody any more.
 * A step is whatever is asked of the servers, the secrets or the seed. Without `at` nothing is disturbed.
 */
export const interruptible = (
  { secrets, seed }: { secrets: SecretStore; seed: string },
  at?: { step: string; point: Point },
  watch: (step: string) => Promise<void> = async () => {},
): Interruption => {
  const steps: string[] = []
  const sent: string[] = []
  const sessions = new Set<Session>()
  let killed = false
  const kill = async (): Promise<never> => {
    killed = true
    await Promise.all([...sessions].map(cut))
    throw new ConnectionLost('killed')
  }
  const step = async <T>(what: string, work: (limitMs?: number) => Promise<T>): Promise<T> => {
    if (killed) throw new ConnectionLost('killed')
    const name = nameOf(what, steps)
    steps.push(name)
    sent.push(what)
    const point = name === at?.step ? at.point : undefined
    if (point === 'before') return await kill()
    try {
      return await work(point === 'during' ? AT_ONCE_MS : undefined)
    } finally {
      if (point) await kill()
      await watch(name)
    }
  }
  const through = (connect: Connect): Connect => {
    return async (login) => {
      sent.push(`'${login.password}'`)
      const session = await step(`connect as ${login.user}`, async () => {
        const opened = await connect(login)
        sessions.add(opened)
        return opened
      })
      return {
        run: (sql, values, limitMs) => step(sql, (atOnce) => session.run(sql, values, atOnce ?? limitMs)),
        script: (sql) => step(sql, () => session.script(sql)),
        close: async () => {
          sessions.delete(session)
          if (!killed) await session.close()
        },
      }
    }
  }
  const ports: Interruptible = {
    through,
    secrets: {
      read: (name) => step(`read secret ${name}`, () => secrets.read(name)),
      write: (name, text) => step(`write secret ${name} ${text}`, () => secrets.write(name, text)),
    },
    readSeed: () => step('read the seed', async () => seed),
    timeLeft: () => TOO_LITTLE_TIME_MS,
  }
  return { ports, steps, sent, wasKilled: () => killed }
}

/** Without what differs from run to run: passwords, ids of sessions, and the text of a secret; a name is the same where it is escaped. */
const nameOf = (what: string, before: string[]): string => {
  const same = what
    .replaceAll(/'[^']*'|\{.*\}|\b\d+\b/g, '…')
    .replaceAll('\\', '')
    .replaceAll(/\s+/g, ' ')
  return `${same} (${before.filter((name) => name.startsWith(`${same} (`)).length + 1})`
}

/** Without a word to the server: a call that has no time at all ends the connection instead of being sent. */
const cut = async (session: Session): Promise<void> => {
  await session.run('SELECT 1', [], 0).catch(() => {})
}
