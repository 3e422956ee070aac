export type Happening = { object: string; type: 'Normal' | 'Warning'; reason: string; message: string }
export type Recorded = { name: string; count: number; message: string }
/** `post` a new event, `count` one more of an old one, or nothing. */
export type Verdict = { kind: 'post'; message: string } | { kind: 'count'; recorded: Recorded } | { kind: 'drop' }

// client-go's defaults, which decide what a reader of events can still see.
const BURST = 25
const REFILL_MS = 300_000
const MAX_SIMILAR = 10
const SIMILAR_WINDOW_MS = 600_000

/**
 * Which events reach the API server: 25 for an object and type, then one in five minutes; from the tenth different
 * message of one reason on, all go by "(combined from similar events)". `now` is in milliseconds.
 */
export const eventCorrelation = (now: () => number) => {
  const buckets = new Map<string, { tokens: number; at: number }>()
  const similar = new Map<string, { messages: Set<string>; at: number }>()
  const recorded = new Map<string, Recorded>()

  const hasToken = (key: string): boolean => {
    const bucket = buckets.get(key) ?? { tokens: BURST, at: now() }
    const tokens = Math.min(BURST, bucket.tokens + (now() - bucket.at) / REFILL_MS)
    buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now() })
    return tokens >= 1
  }

  return {
    judge: ({ object, type, reason, message }: Happening): { key: string; verdict: Verdict } => {
      const family = `${object} ${type} ${reason}`
      const known = similar.get(family)
      const group = known && now() - known.at < SIMILAR_WINDOW_MS ? known : { messages: new Set<string>(), at: now() }
      group.messages.add(message)
      group.at = now()
      similar.set(family, group)
      const combined = group.messages.size >= MAX_SIMILAR
      const text = combined ? `(combined from similar events): ${message}` : message
      const key = combined ? family : `${family} ${message}`
      if (!hasToken(`${object} ${type}`)) return { key, verdict: { kind: 'drop' } }
      const before = recorded.get(key)
      if (!before) return { key, verdict: { kind: 'post', message: text } }
      return { key, verdict: { kind: 'count', recorded: { ...before, count: before.count + 1, message: text } } }
    },
    remember: (key: string, event: Recorded): void => void recorded.set(key, event),
  }
}
