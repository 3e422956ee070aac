import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { RootCredentials } from './ministack.ts'
import { publishedPolicy } from './policy.ts'

/** As examples/two-apps names them; the role too is named like its service account. */
export const TWO_APPS = { queue: 'two-apps-jobs', bucket: 'two-apps-uploads', serviceAccount: 'two-apps' }

export type TwoAppsFacts = typeof TWO_APPS & { roleArn: string }

type Clients = { endpoint: string; region: string; credentials: RootCredentials }
type Where = { account: string; oidcProvider: string; logGroup: string }

/** What examples/two-apps needs in AWS, with the rights that it publishes. Tests have namespaces of their own, each with its account. */
export const setUpTwoApps = async (
  clients: Clients,
  { account, oidcProvider, logGroup }: Where,
): Promise<TwoAppsFacts> => {
  const { region } = clients
  const { bucket, queue, serviceAccount } = TWO_APPS
  await new S3Client({ ...clients, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: bucket }))
  // An hour: jobs of previews that are gone are nobody's, and go.
  const Attributes = { MessageRetentionPeriod: '3600' }
  await new SQSClient(clients).send(new CreateQueueCommand({ QueueName: queue, Attributes }))
  const iam = new IAMClient(clients)
  const values = {
    region,
    'account-id': account,
    'oidc-provider': oidcProvider,
    namespace: '*',
    'log-group': logGroup,
  }
  const trust = await publishedPolicy('examples/two-apps/trust-policy.json', values)
  await iam.send(new CreateRoleCommand({ RoleName: serviceAccount, AssumeRolePolicyDocument: trust }))
  const policy = await publishedPolicy('examples/two-apps/policy.json', values)
  await iam.send(
    new PutRolePolicyCommand({ RoleName: serviceAccount, PolicyName: serviceAccount, PolicyDocument: policy }),
  )
  return { ...TWO_APPS, roleArn: `arn:aws:iam::${account}:role/${serviceAccount}` }
}
