import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RootCredentials } from '../aws/ministack.ts'

type ElbError = Error & { operation: string; $metadata?: { requestId?: string; httpStatusCode?: number } }

/** A client whose errors know which operation they come from. */
export const elbClient = (endpoint: string, credentials: RootCredentials): ElasticLoadBalancingV2Client => {
  const client = new ElasticLoadBalancingV2Client({ endpoint, credentials, region: 'us-east-1' })
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (input) =>
        next(input).catch((error) => {
          throw Object.assign(error, { operation: commandName.replace(/Command$/, '') })
        }),
    { step: 'initialize' },
  )
  return client
}

/** An AWS error as the controller's events spell it; undefined for what did not come from AWS. */
export const awsRefusal = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !('operation' in error)) return undefined
  const { operation, $metadata, name, message } = error as ElbError
  const status = `StatusCode: ${$metadata?.httpStatusCode ?? 400}, RequestID: ${$metadata?.requestId ?? ''}`
  return `operation error Elastic Load Balancing v2: ${operation}, https response error ${status}, ${name}: ${message}`
}
