/** `read`, answered from what it said at most `ms` ago; a failure is not kept. */
export const fresh = <Key, Value>(ms: number, read: (key: Key) => Promise<Value>): ((key: Key) => Promise<Value>) => {
  const known = new Map<Key, { value: Promise<Value>; until: number }>()
  return (key) => {
    const held = known.get(key)
    if (held && held.until > Date.now()) return held.value
    const value = read(key)
    known.set(key, { value, until: Date.now() + ms })
    value.catch(() => known.delete(key))
    return value
  }
}
