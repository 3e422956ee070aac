import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { step } from '../database/failure.ts'
import { AWS_LIMITS } from './aws-limits.ts'
import type { Looks } from './smoke-case.ts'

/** Tells what waits in a queue, in words. @throws Error when it is none that the checks may look at */
export const openQueue = async (name: string, { queues }: Looks): Promise<() => Promise<string>> => {
  const real = Object.hasOwn(queues, name) ? queues[name] : undefined
  if (real === undefined)
    throw new Error(
      `the checks may not look at a queue ${name}: deploy them with --queues ${name} (npm run checks:deploy)`,
    )
  const sqs = new SQSClient(AWS_LIMITS)
  const { QueueUrl } = await step(`Find the queue ${real}`, () => sqs.send(new GetQueueUrlCommand({ QueueName: real })))
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
  return async () => {
    const { Attributes } = await step(`Look at the queue ${real}`, () =>
      sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] })),
    )
    return queueWords(name, ...AttributeNames.map((attribute) => Number(Attributes?.[attribute] ?? 0)))
  }
}

export const queueWords = (name: string, waiting = 0, taken = 0): string => {
  if (waiting + taken === 0) return `queue ${name} is empty`
  const messages = waiting === 1 ? '1 message waits' : `${waiting} messages wait`
  return `in queue ${name} ${messages} and ${taken === 0 ? 'none' : taken} ${taken > 1 ? 'are' : 'is'} being worked on`
}
