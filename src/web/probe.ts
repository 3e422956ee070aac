import { isCode, PreviewError } from '../errors.ts'
import type { Log } from '../log.ts'
import { poll } from '../poll.ts'
import { fault, type Marker } from './judge.ts'
import type { Web } from './web.ts'

type Wanted = { url: string; health: string; commit?: Marker; sha: string }
type Run = { timeout: number; signal: AbortSignal; say: Log }

/** One could be luck while a load balancer still mixes old and new targets. */
const IN_A_ROW = 3
const LIMITS = { timeout: 10_000, maxBytes: 65_536 }

/**
 * Asks the app's URL until it answers well three times in a row: `proven` when the answers say they are this commit's,
 * `rollout` when the app says nothing about that. Not to be called before DNS is in sync. Throws `Unanswered`.
 */
export const probe = async (
  web: Web,
  { url, health, commit, sha }: Wanted,
  run: Run,
): Promise<'proven' | 'rollout'> => {
  const { timeout, signal, say } = run
  const address = new URL(health, url).href
  let good = 0
  let last: string | undefined
  try {
    return await poll({ what: `${address} to answer`, every: 500, timeout, signal }, async () => {
      const wrong = fault(await web.get(address, { ...LIMITS, signal }), { commit, sha })
      if (wrong !== undefined && wrong !== last) say.info(`${address}: ${wrong}`)
      last = wrong
      good = wrong === undefined ? good + 1 : 0
      return good < IN_A_ROW ? undefined : commit === undefined ? 'rollout' : 'proven'
    })
  } catch (cause) {
    if (!isCode(cause, 'TimedOut')) throw cause
    throw new PreviewError(
      'Unanswered',
      `${address} did not answer from commit ${sha.slice(0, 7)} within ${timeout / 1000} s; last: ${last ?? 'too few good answers'}`,
      {
        object: address,
        cause,
        hint: hintFor(last, health),
      },
    )
  }
}

const hintFor = (last: string | undefined, health: string): string => {
  if (last?.startsWith('ENOTFOUND'))
    return 'if the name was asked for before its record was served, resolvers keep the "no" for up to 15 minutes (the zone\'s SOA): wait and run the job again'
  if (last?.startsWith('HTTP 200 from commit'))
    return 'another version answers: check that the image was built from this commit, and that nothing caches in front of the app'
  if (last?.startsWith('HTTP 5'))
    return "the load balancer may have no healthy target: look at the pods and the target group's health check"
  return `open it; if the runner cannot reach it, use probe: vpc or none; the health path is ${health}`
}
