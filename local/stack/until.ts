import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Returns the first truthy answer of `attempt`. An attempt that throws counts as "not yet"; its error is the cause of the
 * one thrown when `seconds` have passed.
 */
export const until = async <T>(what: string, seconds: number, attempt: () => Promise<T>): Promise<NonNullable<T>> => {
  const limit = Date.now() + seconds * 1000
  let cause: unknown
  do {
    try {
      const answer = await attempt()
      if (answer) return answer
      cause = undefined
    } catch (error) {
      cause = error
    }
    await sleep(50)
  } while (Date.now() < limit)
  throw new Error(`Waited ${seconds} s in vain for ${what}.`, { cause })
}
