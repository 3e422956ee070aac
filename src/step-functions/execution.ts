import { pace } from '../pace.ts'
import { poll } from '../poll.ts'
import type { Execution, StateMachine } from './state-machine.ts'

/** How an execution ended. One that does not end in time, or whose run is cancelled, is stopped: nobody would read it. */
export const ended = async (
  machine: StateMachine,
  arn: string,
  { timeout, signal, warn }: { timeout: number; signal: AbortSignal; warn: (text: string) => void },
): Promise<Execution> => {
  const due = pace(1_000, 10_000)
  let seen = 'Step Functions does not know it yet'
  const look = async () => {
    if (!due()) return undefined
    const execution = await machine.describe(arn)
    if (execution) seen = `it is ${execution.status}`
    return execution?.status === 'RUNNING' ? undefined : execution
  }
  try {
    return await poll({ what: `execution ${arn} to end`, every: 500, timeout, signal, why: () => seen }, look)
  } catch (error) {
    const why = signal.aborted ? 'the run that asked was cancelled' : messageOf(error)
    await machine.stop(arn, why).catch((problem: unknown) => warn(`${arn} could not be stopped: ${messageOf(problem)}`))
    throw error
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
