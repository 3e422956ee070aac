import { GitHub, getOctokitOptions } from '@actions/github/lib/utils'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { PreviewError } from '../errors.ts'
import type { Log } from '../log.ts'

/** Milliseconds for one try; a request may bring its own `request.timeout`. */
const TIMEOUT = 10_000
/** After the first try; 1 s and 4 s apart. */
const RETRIES = 2
/** Seconds one run waits for GitHub's rate limits, all requests together: a report is not worth more. */
const PATIENCE = 60

/** First among the plug-ins, so that every try of a retried request gets a time limit of its own. */
const timeLimit =
  (cancel: AbortSignal): Parameters<typeof GitHub.plugin>[number] =>
  (octokit) => {
    octokit.hook.wrap('request', async (request, options) => {
      const limit = AbortSignal.timeout(options.request?.timeout ?? TIMEOUT)
      try {
        cancel.throwIfAborted()
        return await request({ ...options, request: { ...options.request, signal: AbortSignal.any([limit, cancel]) } })
      } catch (cause) {
        // Not the library's own error, which would be tried again.
        if (cancel.aborted)
          throw new PreviewError('Cancelled', `cancelled at ${options.method} ${options.url}`, { cause })
        throw cause
      }
    })
  }

const clientUntil = (cancel: AbortSignal) => GitHub.plugin(timeLimit(cancel), retry, throttling)
export type Octokit = InstanceType<ReturnType<typeof clientUntil>>

export type OctokitOptions = { token: string; apiUrl: string; log: Log; signal: AbortSignal }

/** ADAPTER: GitHub's API behind the runner's proxy, with patience for its limits and its bad moments. */
export const octokit = ({ token, apiUrl, log, signal }: OctokitOptions): Octokit => {
  const wait = patience(log)
  const quiet = (text: string) => log.debug(text)
  const Client = clientUntil(signal)
  return new Client(
    getOctokitOptions(token, {
      baseUrl: apiUrl,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      retry: { retries: RETRIES },
      throttle: { onRateLimit: wait, onSecondaryRateLimit: wait },
    }),
  )
}

const patience = (log: Log) => {
  let left = PATIENCE
  return (seconds: number): boolean => {
    if (seconds > left) return false
    left -= seconds
    log.info(`GitHub's rate limit is used up; waiting ${seconds} s`)
    return true
  }
}
