/** How to reach one API server, and as whom. */
export type Connection = {
  /** `https://host[:port][/prefix]` */
  server: string
  /** PEM; without it the machine's own trust store decides. */
  ca?: string
  /** PEM of the client certificate and its key. */
  cert?: string
  key?: string
  serverName?: string
  insecure?: boolean
  /** `renew`: the last one was refused, make a new one. */
  bearer?: (renew: boolean) => Promise<string>
  /** What to do when the server does not know the caller. Asked for only then, so it may look things up. */
  unauthorizedHint?: () => Promise<string>
  /** What to do when no connection can be made. */
  unreachableHint?: string
}
