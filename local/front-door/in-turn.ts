/** Picks one after the other, for each key on its own; undefined where there is none to pick. */
export const inTurn = <T>(): ((key: string, among: readonly T[]) => T | undefined) => {
  const turns = new Map<string, number>()
  return (key, among) => {
    const turn = turns.get(key) ?? 0
    turns.set(key, turn + 1)
    return among[turn % among.length]
  }
}
