import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { RootCredentials } from './ministack.ts'
import { publishedPolicy } from './policy.ts'

/** As examples/two-apps names them. */
export const TWO_APPS = { queue: 'two-apps-jobs', bucket: 'two-apps-uploads', user: 'two-apps', secret: 'two-apps-aws' }

/** `environment` is the content of the Secret of that name: how pods reach AWS, and as whom. */
export type TwoAppsFacts = typeof TWO_APPS & { environment: Record<string, string> }

type Clients = { endpoint: string; region: string; credentials: RootCredentials }

/** What examples/two-apps needs in AWS. No pod has an IAM role here, so there are keys, with the rights that it publishes. */
export const setUpTwoApps = async (
  clients: Clients,
  { account, podEndpoint }: { account: string; podEndpoint: string },
): Promise<TwoAppsFacts> => {
  const { region } = clients
  const { bucket, queue, user } = TWO_APPS
  await new S3Client({ ...clients, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: bucket }))
  // An hour: jobs of previews that are gone are nobody's, and go.
  const Attributes = { MessageRetentionPeriod: '3600' }
  await new SQSClient(clients).send(new CreateQueueCommand({ QueueName: queue, Attributes }))
  const iam = new IAMClient(clients)
  const policy = await publishedPolicy('examples/two-apps/policy.json', { region, 'account-id': account })
  await iam.send(new CreateUserCommand({ UserName: user }))
  await iam.send(new PutUserPolicyCommand({ UserName: user, PolicyName: user, PolicyDocument: policy }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: user }))
  return {
    ...TWO_APPS,
    environment: {
      AWS_REGION: region,
      AWS_ENDPOINT_URL: podEndpoint,
      AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
    },
  }
}
