/**
 * At most `limit` at once. After a failure nothing new is begun, and it is thrown when all that was begun has ended: no
 * request is under way behind an error.
 */
export const parallel = async <T, R>(
  items: readonly T[],
  limit: number,
  act: (item: T) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = []
  const failures: unknown[] = []
  const queue = items.entries()
  const work = async (): Promise<void> => {
    for (const [at, item] of queue) {
      if (failures.length > 0) return
      try {
        results[at] = await act(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
  if (failures.length > 0) throw failures[0]
  return results
}
