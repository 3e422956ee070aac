import { randomUUID } from 'node:crypto'
import { ContractError } from '../../checks/contract.ts'
import {
  PREPARE_VERSION,
  type PrepareInput,
  type PrepareResult,
  parsePrepareResult,
} from '../../checks/database/contract.ts'
import { PreviewError } from '../errors.ts'
import type { Say } from '../step.ts'
import { ended } from '../step-functions/execution.ts'
import type { Execution, StateMachine } from '../step-functions/state-machine.ts'

/** A try of the function ends after five minutes at the latest: time for one that is tried again. */
const TIMEOUT = 15 * 60_000

export type Preparation = Omit<PrepareInput, 'version' | 'data'>
type Run = { id: string; signal: AbortSignal; say: Say }

/**
 * Has a database made ready for a lease, or cleaned after it. `stale`: the generation that was seen there is newer, or
 * somebody else's, and nothing was done.
 * Throws when it was not prepared.
 */
export const prepare = async (
  machine: StateMachine,
  wish: Preparation,
  { id, signal, say }: Run,
): Promise<{ did: NonNullable<PrepareResult['did']> } | { stale: number }> => {
  const input: PrepareInput = { version: PREPARE_VERSION, ...wish, data: 'reset' }
  // Every try has a name of its own: a second start under a name answers with what came of the first. 80 characters at most.
  const name = `preview-db-${randomUUID().slice(0, 8)}-${wish.database}-g${wish.generation}-${wish.action}-${id}`.slice(
    0,
    80,
  )
  const arn = await machine.start(name, JSON.stringify(input))
  say.link(machine.consoleUrl(arn))
  const result = resultOf(await ended(machine, arn, { timeout: TIMEOUT, signal, warn: say.warning }), input)
  const { ok, did, error } = result
  if (ok && did !== null) return { did }
  const isOld = error?.name === 'StaleGeneration' || error?.name === 'OtherEnvironment'
  if (isOld && error.generation !== undefined) return { stale: error.generation }
  throw failure(wish, `${error?.name ?? 'Error'}: ${error?.message ?? 'no reason was given'}`)
}

const resultOf = ({ status, output, error, cause }: Execution, input: PrepareInput): PrepareResult => {
  if (status !== 'SUCCEEDED')
    throw failure(input, `its execution ended ${status}: ${[error, cause?.slice(0, 500)].filter(Boolean).join(': ')}`)
  try {
    const result = parsePrepareResult(JSON.parse(output ?? ''))
    const isOther = result.ok && (result.database !== input.database || result.generation !== input.generation)
    if (isOther) throw failure(input, `the result is for ${result.database}, lease ${result.generation}`)
    return result
  } catch (cause) {
    if (cause instanceof ContractError) throw failure(input, cause.message, cause)
    if (cause instanceof SyntaxError) throw failure(input, 'the output of its execution is not JSON', cause)
    throw cause
  }
}

const failure = ({ action, database }: Pick<Preparation, 'action' | 'database'>, why: string, cause?: unknown) =>
  new PreviewError('Rejected', `${database} could not be ${action === 'clean' ? 'cleaned' : 'prepared'}: ${why}`, {
    object: database,
    hint: 'see the execution and the log of its function; then run the job again, it goes on where this one stopped',
    cause,
  })
