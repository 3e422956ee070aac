type Past = { inputs: string; failures: number; retryAt: number }

// The work queue's defaults: 5 ms, doubled at each failure, at most 1000 s.
const FIRST_RETRY_MS = 5
const LAST_RETRY_MS = 1_000_000

/** Remembers per key what was last worked on and how it went, so that nothing is done twice without a reason. */
export const workMemory = (now: () => number) => {
  const past = new Map<string, Past>()
  return {
    isDue: (key: string, inputs: string): boolean => {
      const known = past.get(key)
      return !known || known.inputs !== inputs || known.retryAt <= now()
    },
    keep: (key: string, inputs: string, outcome: 'done' | 'failed'): void => {
      const failures = outcome === 'done' ? 0 : (past.get(key)?.failures ?? 0) + 1
      const delay = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS)
      past.set(key, { inputs, failures, retryAt: outcome === 'done' ? Number.POSITIVE_INFINITY : now() + delay })
    },
    /** Forgets everything that is not among `keys`. */
    retain: (keys: ReadonlySet<string>): void => {
      for (const key of past.keys()) if (!keys.has(key)) past.delete(key)
    },
    /** Milliseconds until something failed is due again; undefined when nothing is. */
    nextRetry: (): number | undefined => {
      const next = Math.min(...[...past.values()].map(({ retryAt }) => retryAt))
      return Number.isFinite(next) ? Math.max(0, next - now()) : undefined
    },
  }
}
