import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { executionUrl } from '../../checks/console.ts'
import { awsFailure } from '../aws/failure.ts'
import { PreviewError } from '../errors.ts'
import type { Execution, StateMachine } from './state-machine.ts'

type Access = { client: SFNClient; stateMachineArn: string; signal: AbortSignal }

/** Build the client with `awsDefaults`, for the region in the ARN. An ARN with a version or an alias works too. */
export const stepFunctions = (client: SFNClient, stateMachineArn: string, signal: AbortSignal): StateMachine => {
  const access = { client, stateMachineArn, signal }
  return {
    start: (name, input) => start(access, name, input),
    describe: async (executionArn) => {
      const found = await describe(access, executionArn)
      return found && executionOf(found)
    },
    stop: (executionArn, cause) => stop(access, executionArn, cause),
    arnOf: (name) => executionArnOf(stateMachineArn, name),

    consoleUrl: executionUrl,
  }
}

const start = async (access: Access, name: string, input: string): Promise<string> => {
  const { client, stateMachineArn, signal } = access
  let arn: string
  try {
    const command = new StartExecutionCommand({ stateMachineArn, name, input })
    arn = (await client.send(command, { abortSignal: signal })).executionArn ?? ''
  } catch (cause) {
    const before = executionArnOf(stateMachineArn, name)
    // Our own start, its answer lost, and the execution over before it was tried again.
    if (cause instanceof ExecutionAlreadyExists && (await describe(access, before))?.input === input) return before
    throw startFailure(cause, access)
  }
  // Seen only in the answer: asking before would need one more permission and one more call in every run.
  if (arn.split(':')[5] !== 'express') return arn
  throw new PreviewError(
    'Rejected',
    `${stateMachineArn} is an EXPRESS state machine: its executions cannot be followed`,
    {
      object: stateMachineArn,
      hint: 'make it a STANDARD one, as checks/template.yaml does',
    },
  )
}

const startFailure = (cause: unknown, { stateMachineArn, signal }: Access): PreviewError =>
  cause instanceof StateMachineDoesNotExist
    ? new PreviewError('NotFound', `there is no state machine ${stateMachineArn}`, {
        object: stateMachineArn,
        cause,
        hint: 'check the ARN in the settings (region and account too), or deploy it with npm run checks:deploy',
      })
    : awsFailure(cause, { action: 'states:StartExecution', object: stateMachineArn, signal })

const describe = async ({ client, signal }: Access, executionArn: string) => {
  try {
    return await client.send(new DescribeExecutionCommand({ executionArn }), { abortSignal: signal })
  } catch (cause) {
    if (cause instanceof ExecutionDoesNotExist) return undefined
    throw awsFailure(cause, { action: 'states:DescribeExecution', object: executionArn, signal })
  }
}

/** For a cancelled run, so not with its signal; a runner then gives a process a few seconds. */
const stop = async (access: Access, executionArn: string, cause: string): Promise<void> => {
  const signal = AbortSignal.timeout(5_000)
  const command = new StopExecutionCommand({ executionArn, error: 'Stopped', cause: cause.slice(0, 1000) })
  try {
    await access.client.send(command, { abortSignal: signal })
  } catch (problem) {
    if (problem instanceof ExecutionDoesNotExist) return
    // One that is over may be refused.
    const found = await describe({ ...access, signal }, executionArn).catch(() => undefined)
    if (found?.status !== undefined && found.status !== 'RUNNING') return
    throw awsFailure(problem, { action: 'states:StopExecution', object: executionArn })
  }
}

const executionOf = ({ status, output, error, cause }: DescribeExecutionCommandOutput): Execution => ({
  status: status === undefined || status === 'PENDING_REDRIVE' ? 'RUNNING' : status,
  ...(output === undefined ? {} : { output }),
  ...(error === undefined ? {} : { error }),
  ...(cause === undefined ? {} : { cause }),
})

/** `arn:aws:states:region:account:stateMachine:name[:alias or version]` to that of one of its executions. */
const executionArnOf = (stateMachineArn: string, name: string): string => {
  const [arn, partition, service, region, account, , machine] = stateMachineArn.split(':')
  return [arn, partition, service, region, account, 'execution', machine, name].join(':')
}
