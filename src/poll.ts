import { setTimeout as sleep } from 'node:timers/promises'
import { PreviewError } from './errors.ts'

export type Poll = {
  /** What is awaited, for the time-out's message: `Ingress/previews/app1 to get a hostname`. */
  what: string
  /** Milliseconds between two looks. */
  every: number
  /** Milliseconds until it is given up. */
  timeout: number
  signal: AbortSignal
  /** The reason it still waits; the last one becomes part of the time-out's message. */
  why?: () => string | undefined
  hint?: string
}

/** The one loop that sleeps. Looks until `look` returns something; throws `TimedOut`, or why it was ended before. */
export const poll = async <T>(
  { what, every, timeout, signal, why, hint }: Poll,
  look: () => Promise<T | undefined>,
) => {
  const end = performance.now() + timeout
  for (;;) {
    if (signal.aborted) throw cancelled(what, signal)
    const found = await look()
    if (found !== undefined) return found
    const left = end - performance.now()
    if (left <= 0) {
      const reason = why?.()
      throw new PreviewError(
        'TimedOut',
        `waited ${Math.round(timeout / 1000)} s for ${what}${reason ? `: ${reason}` : ''}`,
        hint === undefined ? {} : { hint },
      )
    }
    await pause(Math.min(every, left), signal, what)
  }
}

/** Sleeps `ms`; ends at once when the run is cancelled, or overtaken by another. */
export const pause = async (ms: number, signal: AbortSignal, what: string): Promise<void> => {
  try {
    await sleep(ms, undefined, { signal })
  } catch (cause) {
    throw signal.aborted ? cancelled(what, signal) : cause
  }
}

const cancelled = (what: string, { reason }: AbortSignal): PreviewError =>
  reason instanceof PreviewError
    ? reason
    : new PreviewError('Cancelled', `cancelled while waiting for ${what}`, { cause: reason })
