import type { PrepareInput } from './contract.ts'
import { PrepareFailure } from './failure.ts'

/**
 * What a database server keeps about one database of the pool, in a place of the admin's. `resetting`, `keeping` and
 * `cleaning` are work that began and may have been killed: whoever finds them knows what became of the data.
 */
export type Fence = {
  generation: number
  /** Id of the environment it was asked for. */
  environment: string
  state: 'resetting' | 'keeping' | 'ready' | 'cleaning' | 'clean'
  /** How the database was made (character set …), so that it is made like that again even when it is gone. */
  shape: string | null
}

/** `verify`: it is ready; perhaps nothing is to do. */
export type Decision = 'reset' | 'keep' | 'verify' | 'clean' | 'nothing'

/**
 * ```
 *  seen            │ lease, newer      │ lease, same generation │ clean, newer │ clean, same
 *  nothing         │ as it is asked    │                        │ clean        │
 *  ready           │ as it is asked    │ verify                 │ clean        │ clean
 *  keeping         │ as it is asked    │ as it is asked         │ clean        │ clean
 *  resetting       │ reset             │ reset                  │ clean        │ clean
 *  cleaning, clean │ reset             │ stale: it has ended    │ clean        │ clean, nothing
 * ```
 * @throws PrepareFailure when the request is older than what was seen, or another's
 */
export const decide = (seen: Fence | undefined, asked: PrepareInput): Decision => {
  if (seen && asked.generation < seen.generation) throw stale(seen, asked)
  const same = seen?.generation === asked.generation
  if (seen && same && seen.environment !== asked.environment.id) throw foreign(seen, asked)
  if (asked.action === 'clean') return same && seen.state === 'clean' ? 'nothing' : 'clean'
  const ended = seen?.state === 'cleaning' || seen?.state === 'clean'
  // A lease that arrives after its own end must not bring it back.
  if (seen && same && ended) throw stale(seen, asked)
  if (same && seen.state === 'ready') return 'verify'
  // There is nothing to keep, or half of it.
  if (ended || seen?.state === 'resetting') return 'reset'
  return asked.data
}

const stale = (seen: Fence, { action, database, generation }: PrepareInput): PrepareFailure => {
  const why =
    seen.generation === generation
      ? 'which has already been cleaned'
      : `which is older than generation ${seen.generation} that it has seen`
  const message = `${database} was asked to ${action} for generation ${generation}, ${why}: nothing was changed. Lease it again`
  return new PrepareFailure('StaleGeneration', message, { generation: seen.generation })
}

const foreign = (seen: Fence, { database, environment, generation }: PrepareInput): PrepareFailure =>
  new PrepareFailure(
    'OtherEnvironment',
    `Generation ${generation} of ${database} belongs to environment ${seen.environment}, not to ${environment.id}: nothing was changed. ` +
      'Two pools that share a server must not share its databases',
    { generation: seen.generation },
  )
