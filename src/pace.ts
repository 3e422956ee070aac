/**
 * Makes the looks inside `poll` rarer and rarer: says whether one is due. The wait between two grows by half from
 * `first` to `most`, both in milliseconds; `poll` itself goes on ticking, so that its time-out and a cancel stay exact.
 */
export const pace = (first: number, most: number): (() => boolean) => {
  let gap = first
  let next = 0
  return () => {
    const now = performance.now()
    if (now < next) return false
    next = now + gap
    gap = Math.min(gap * 1.5, most)
    return true
  }
}
