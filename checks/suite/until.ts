import { setTimeout as pause } from 'node:timers/promises'
import { timeLeft } from './smoke-case.ts'

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 2_000
/** Kept of an attempt's time, for the answer. */
const RESERVE_MS = 1_000

/** Looks again and again until there is no problem any more; the last problem when there still is one after `seconds`. */
export const untilGood = async (
  seconds: number,
  look: () => Promise<string | undefined>,
): Promise<string | undefined> => {
  const end = performance.now() + Math.min(seconds * 1000, timeLeft() - RESERVE_MS)
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    const problem = await look()
    if (problem === undefined || performance.now() + wait > end) return problem
    await pause(wait)
  }
}
