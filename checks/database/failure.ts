/** A foreseeable reason why a database is not ready. `name` goes into the result, where the action tells kinds apart by it. */
export class PrepareFailure extends Error {
  /** The generation that was seen, when that is the reason. */
  readonly generation: number | undefined

  constructor(name: string, message: string, more: { cause?: unknown; generation?: number } = {}) {
    super(message, { cause: more.cause })
    this.name = name
    this.generation = more.generation
  }
}

/** Does `work`; what goes wrong says at which step, of which object, and keeps its own name where it has one. */
export const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof PrepareFailure) throw cause
    throw new PrepareFailure(nameOf(cause), `${what}: ${told(cause)}`, { cause })
  }
}

type DriverError = Error & { code?: string; errno?: number; sqlMessage?: string; $metadata?: object }

const nameOf = (error: unknown): string => {
  const { name = 'Error', $metadata, code } = error as DriverError
  // The drivers' own classes are all called Error or DatabaseError; AWS's are the reason themselves.
  if ($metadata || ['ConnectionLost', 'TimedOut'].includes(name)) return name
  return code && /^E[A-Z]+$/.test(code) && !code.startsWith('ER') ? 'Unreachable' : 'DatabaseError'
}

/** The reason in the words of who refused, with the number that documentation is found by. */
const told = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const { code, errno, message, name, sqlMessage, $metadata } = error as DriverError
  if (sqlMessage) return `${code} (${errno}): ${sqlMessage}`
  const text = message || (error instanceof AggregateError ? error.errors.map((each) => each?.message).join('; ') : '')
  if ($metadata) return `${name}: ${text}`
  return code && !text.includes(code) ? `${code}: ${text}` : text
}

const LONGEST_MESSAGE = 2000

/**
 * Texts with every secret taken out that it was told of: what a server or a driver says may quote what it was given, in
 * the forms that connection strings and headers have.
 */
export const secretVeil = (): { hide(secret: string): void; text(text: string): string } => {
  const hidden = new Set<string>()
  return {
    hide: (secret) => {
      // Anything shorter would be found in words that are no secret.
      if (secret.length < 4) return
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) hidden.add(form)
      for (const base of ['base64', 'base64url', 'hex'] as const) hidden.add(Buffer.from(secret).toString(base))
    },
    text: (text) => {
      const forms = [...hidden].sort((one, other) => other.length - one.length)
      return forms.reduce((rest, form) => rest.replaceAll(form, '***'), text).slice(0, LONGEST_MESSAGE)
    },
  }
}
