type Bearer = (renew: boolean) => Promise<string>

/** Keeps a token for `maxAge` ms. One is made at a time: who asks meanwhile waits for the same one. */
export const bearerFrom = (make: Bearer, maxAge = Number.POSITIVE_INFINITY): Bearer => {
  let current: Promise<string> | undefined
  let making = false
  let madeAt = 0
  return (renew) => {
    const old = performance.now() - madeAt > maxAge
    if (!making && (renew || old || current === undefined)) {
      making = true
      current = make(renew).finally(() => {
        making = false
        madeAt = performance.now()
      })
    }
    return current as Promise<string>
  }
}
