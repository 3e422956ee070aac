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
  /** Ends with the next change of what is looked at: then the next look comes at once. */
  change?: () => AbortSignal
}

/** Changes come in bursts; one look sees them all. */
const BURST = 150

/** The one loop that sleeps. Looks until `look` returns something; throws `TimedOut`, or why it was ended before. */
export const poll = async <T>(
  { what, every, timeout, signal, why, hint, change }: Poll,
  look: () => Promise<T | undefined>,
) => {
  const end = performance.now() + timeout
  for (;;) {
    if (signal.aborted) throw cancelled(what, signal)
    // From before the look: what changes during it is not in it.
    const next = change?.()
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
    await pause(Math.min(every, left), signal, what, next)
    if (next?.aborted) await pause(BURST, signal, what)
  }
}

/** Sleeps `ms`, or until `sooner`; ends at once when the run is cancelled, or overtaken by another. */
export const pause = async (ms: number, signal: AbortSignal, what: string, sooner?: AbortSignal): Promise<void> => {
  try {
    await sleep(ms, undefined, { signal: sooner === undefined ? signal : AbortSignal.any([signal, sooner]) })
  } catch (cause) {
    if (signal.aborted) throw cancelled(what, signal)
    if (!sooner?.aborted) throw cause
  }
}

const cancelled = (what: string, { reason }: AbortSignal): PreviewError =>
  reason instanceof PreviewError
    ? reason
    : new PreviewError('Cancelled', `cancelled while waiting for ${what}`, { cause: reason })
