import { causeChain } from '../errors.ts'

/** Reads what explains a failure. Never fails and never takes long: what is missing in the end is said. */
export type Collection = {
  /** `undefined` when it cannot be had in time; then `missing` has a line about it. */
  read<T>(what: string, missing: string[], act: () => Promise<T>): Promise<T | undefined>
}

/** `within`: milliseconds for all of it. */
export const collectionFor = (within: number): Collection => {
  const limit = AbortSignal.timeout(within)
  const late = new Promise<never>((_, reject) => {
    limit.addEventListener('abort', () => reject(new Error(`not read within ${Math.round(within / 1000)} s`)))
  })
  late.catch(() => undefined) // everything may have been read by then
  return {
    read: async (what, missing, act) => {
      try {
        return await (limit.aborted ? late : Promise.race([late, act()]))
      } catch (error) {
        const line = `${what}: ${causeChain(error)[0]}`
        if (!missing.includes(line)) missing.push(line)
        return undefined
      }
    },
  }
}
