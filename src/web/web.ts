/** Header names are lower case. `body` is as much as was asked for. */
export type Answer = { status: number; headers: Record<string, string>; body: string }
type Limits = {
  /** Milliseconds, for all of it. */ timeout: number
  signal: AbortSignal /** Of the body. */
  maxBytes: number
}

/** The web as a visitor of the preview sees it: each time a new look-up of the name and a new connection. */
export type Web = {
  /** Redirects are not followed. `error` begins with the system's code when there is one: `ENOTFOUND: …`. */
  get(url: string, limits: Limits): Promise<Answer | { error: string }>
}
