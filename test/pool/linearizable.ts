/** One operation on a thing that many use at once: when it was asked for, and when its answer came. */
export type Operation<S> = {
  name: string
  called: number
  /** Absent when no answer ever came: it may have happened, at any time since, or never. */
  answered: number | undefined
  /** The state after it, or `undefined` when its answer could not have been given in this one. */
  apply(state: S): S | undefined
}

/**
 * Whether the operations can have happened one after the other, each at some moment between its call and its answer (Wing and
 * Gong's search). Returns an order, or `undefined`.
 */
export const linearized = <S>(operations: readonly Operation<S>[], first: S): string[] | undefined => {
  const seen = new Set<string>()
  const search = (left: readonly Operation<S>[], state: S): string[] | undefined => {
    if (left.every(({ answered }) => answered === undefined)) return []
    const key = `${left.map(({ name }) => name).join()} ${JSON.stringify(state)}`
    if (seen.has(key)) return undefined
    seen.add(key)
    const earliest = Math.min(...left.map(({ answered }) => answered ?? Number.POSITIVE_INFINITY))
    for (const next of left.filter(({ called }) => called <= earliest)) {
      const after = next.apply(state)
      if (after === undefined) continue
      const rest = search(
        left.filter((one) => one !== next),
        after,
      )
      if (rest !== undefined) return [next.name, ...rest]
    }
    return undefined
  }
  return search(operations, first)
}
