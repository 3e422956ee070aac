/** One request of a check and what came of it, for the report; nothing secret is in it. */
export type Exchange = {
  method: string
  url: string
  /** As they were sent, without those that every request has. */
  headers: Record<string, string>
  body?: string
  status?: number
  answer?: { headers: Record<string, string>; body: string }
  /** Why there was no answer, or why nobody asked. */
  problem?: string
  ms: number
  /** How often in a row the same answer came. */
  times: number
}

/** What was asked in one attempt at one case. */
export type CaseExchanges = { app: string | null; name: string; attempt: number; exchanges: Exchange[] }
