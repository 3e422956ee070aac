export type Rate = { capacity: number; refillPerSecond: number }

/** Takes one token per call and says whether there was one. `now` is in milliseconds. */
export const tokenBucket = ({ capacity, refillPerSecond }: Rate, now: () => number): (() => boolean) => {
  let tokens = capacity
  let filled = now()
  return () => {
    const time = now()
    tokens = Math.min(capacity, tokens + ((time - filled) / 1000) * refillPerSecond)
    filled = time
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
