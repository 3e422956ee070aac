import { setTimeout as pause } from 'node:timers/promises'
import { DescribeExecutionCommand, SFNClient, type SFNClientConfig, StartExecutionCommand } from '@aws-sdk/client-sfn'

const LIMIT_MS = 60_000

/** Starts one and waits for its output. @throws Error when it ends otherwise */
export const outputOf = async (
  aws: SFNClientConfig,
  stateMachineArn: string,
  input: unknown,
  name = `preview-${crypto.randomUUID()}`,
): Promise<unknown> => {
  const sfn = new SFNClient(aws)
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  )
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; await pause(100)) {
    const { cause, output = '', status } = await sfn.send(new DescribeExecutionCommand({ executionArn }))
    if (status === 'SUCCEEDED') return JSON.parse(output)
    if (status !== 'RUNNING') throw new Error(`The execution ended as ${status}: ${cause}`)
  }
  throw new Error('The execution did not end')
}
