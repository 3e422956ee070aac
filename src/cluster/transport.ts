import type { Log } from '../log.ts'
import { pause } from '../poll.ts'
import type { Connection } from './connection.ts'
import { unanswered, unauthorized } from './refusal.ts'
import { type Failure, mayHaveLanded, retryDelay } from './retry.ts'
import {
  type Broken,
  cancelled,
  endOf,
  type Opened,
  type Request,
  type Response,
  type StreamRequest,
  type Traffic,
  wireTo,
} from './wire.ts'

/** `lost`: an earlier attempt may have been carried out, its answer did not reach us. */
export type Answer = Response & { lost: boolean }

export type Transport = {
  /** Whatever is answered in the end, success or not. Throws `AccessDenied` for 401, and when nothing is answered. */
  send(request: Request): Promise<Answer>
  /** The same, as soon as the answer begins. */
  open(request: StreamRequest): Promise<Opened>
  traffic(): Traffic
  close(): Promise<void>
}

/** The one place that retries and renews credentials. */
export const transportTo = (connection: Connection, { log, signal }: { log: Log; signal: AbortSignal }): Transport => {
  const wire = wireTo(connection, signal)

  /** When a token expires many requests are refused at once; the first of them renews it for all. */
  const renewed = async (refused: string | undefined): Promise<string | undefined> => {
    const current = await connection.bearer?.(false)
    return current === refused ? connection.bearer?.(true) : current
  }

  const persist = async <T extends Response>(
    request: Request,
    attempt: (token: string | undefined) => Promise<T | Broken>,
  ): Promise<T & { lost: boolean }> => {
    const ends = endOf(request, signal)
    const start = performance.now()
    let lost = false
    let mayRenew = connection.bearer !== undefined
    let token = await connection.bearer?.(false)
    for (let tries = 1; ; tries += 1) {
      if (ends.aborted) throw cancelled(request, ends)
      const outcome = await attempt(token)
      if ('status' in outcome && outcome.status === 401) {
        if (!mayRenew) throw await unauthorized(request.what, connection)
        mayRenew = false
        token = await renewed(token)
        continue
      }
      const elapsed = performance.now() - start
      const failure = failureOf(outcome)
      const delay = failure && retryDelay(failure, { tries, elapsed, random: Math.random(), now: Date.now() })
      const next = delay === undefined ? '' : `, again in ${Math.round(delay)} ms`
      log.debug(`${request.method} ${request.path}: ${saidBy(outcome)} after ${Math.round(elapsed)} ms${next}`)
      if (failure !== undefined && delay !== undefined) {
        lost ||= mayHaveLanded(failure)
        await pause(delay, ends, request.what)
      } else if ('status' in outcome) return { ...outcome, lost }
      else throw unanswered(request.what, outcome, connection)
    }
  }

  return {
    send: (request) => persist(request, (token) => wire.attempt(request, token)),
    open: (request) => persist(request, (token) => wire.open(request, token)),
    traffic: wire.traffic,
    close: wire.close,
  }
}

const failureOf = (outcome: Response | Broken): Failure | undefined => {
  if (!('status' in outcome)) return outcome
  if (outcome.status < 400) return undefined
  return { status: outcome.status, message: outcome.text, retryAfter: outcome.retryAfter }
}

const saidBy = (outcome: Response | Broken): string =>
  'status' in outcome ? String(outcome.status) : (outcome.code ?? String(outcome.cause))
