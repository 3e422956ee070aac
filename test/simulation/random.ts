/** Chance that can be had again: the same seed gives the same choices. */
export type Random = {
  /** From 0 up to, not including, `limit`. */
  below(limit: number): number
  /** True in `percent` of 100. */
  chance(percent: number): boolean
  oneOf<T>(choices: readonly [T, ...T[]]): T
}

/** Mulberry32: 32 bits of state are plenty for one schedule. */
export const randomFrom = (seed: number): Random => {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (percent) => next() * 100 < percent,
    oneOf: (choices) => choices[below(choices.length)] ?? choices[0],
  }
}
