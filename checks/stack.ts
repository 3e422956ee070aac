import { setTimeout as pause } from 'node:timers/promises'
import {
  type CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'

export type StackWish = { name: string; template: string; parameters: Record<string, string> }
export type StackChange = 'created' | 'updated' | 'unchanged'

const WAIT_LIMIT_MS = 900_000
const POLL_MS = 2_000

/** Creates or updates the stack and waits for its end. @throws Error with CloudFormation's own reason for what failed */
export const deployStack = async (
  client: CloudFormationClient,
  wish: StackWish,
  log: (line: string) => void,
): Promise<{ change: StackChange; outputs: Record<string, string> }> => {
  const since = new Date()
  const change = await requestChange(client, wish)
  if (change !== 'unchanged') await waitForEnd(client, wish.name, since, log)
  const stack = await findStack(client, wish.name)
  const outputs = stack?.Outputs?.map((each) => [each.OutputKey ?? '', each.OutputValue ?? '']) ?? []
  return { change, outputs: Object.fromEntries(outputs) }
}

const requestChange = async (client: CloudFormationClient, wish: StackWish): Promise<StackChange> => {
  const status = (await findStack(client, wish.name))?.StackStatus
  if (status?.endsWith('_IN_PROGRESS')) throw new Error(`Stack ${wish.name} is ${status}: wait until that is done`)
  if (status === 'ROLLBACK_COMPLETE' || status?.endsWith('_FAILED')) {
    const command = `aws cloudformation delete-stack --stack-name ${wish.name}`
    throw new Error(`Stack ${wish.name} is ${status}, which cannot be updated: remove it first (${command})`)
  }
  const request = {
    StackName: wish.name,
    TemplateBody: wish.template,
    Parameters: Object.entries(wish.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Capabilities: ['CAPABILITY_IAM' as const],
  }
  if (status === undefined) {
    await client.send(new CreateStackCommand(request))
    return 'created'
  }
  try {
    await client.send(new UpdateStackCommand(request))
    return 'updated'
  } catch (error) {
    // CloudFormation has no error code for it.
    if (error instanceof Error && error.message.includes('No updates are to be performed')) return 'unchanged'
    throw error
  }
}

const findStack = async (client: CloudFormationClient, name: string): Promise<Stack | undefined> => {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0]
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return undefined
    throw error
  }
}

const waitForEnd = async (client: CloudFormationClient, name: string, since: Date, log: (line: string) => void) => {
  const seen = new Set<string>()
  const failures: string[] = []
  for (const end = Date.now() + WAIT_LIMIT_MS; Date.now() < end; await pause(POLL_MS)) {
    const status = (await findStack(client, name))?.StackStatus ?? 'missing'
    for (const event of await newEvents(client, name, since, seen)) {
      log(event.line)
      if (event.failed) failures.push(event.line)
    }
    if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return
    if (!status.endsWith('_IN_PROGRESS'))
      throw new Error(`Deploy stack ${name}: ended as ${status}. ${failures.join('; ')}`)
  }
  throw new Error(`Deploy stack ${name}: not done in ${WAIT_LIMIT_MS / 60_000} minutes, it may still be at work`)
}

/** Not seen before, oldest first. The first page holds the newest 100, more than happens between two looks. */
const newEvents = async (client: CloudFormationClient, name: string, since: Date, seen: Set<string>) => {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: name }))
  const fresh = StackEvents.filter((event) => {
    const id = event.EventId ?? ''
    // The stack may keep its clock a little behind ours.
    return (event.Timestamp?.getTime() ?? 0) > since.getTime() - 5_000 && !seen.has(id) && seen.add(id)
  })
  return fresh.reverse().map((event) => ({
    line: [event.ResourceStatus, event.LogicalResourceId, event.ResourceStatusReason].filter(Boolean).join('  '),
    failed: event.ResourceStatus?.endsWith('_FAILED') ?? false,
  }))
}
