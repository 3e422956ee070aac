import { createHash, randomUUID } from 'node:crypto'
import { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { SmokeResult } from '../../checks/contract.ts'
import type { AwsFacts } from '../../local/aws/parts.ts'
import { until } from '../../local/stack/until.ts'

/** A queue that the apps may use and that is not there yet; its name is also the branch whose preview waits for it. */
export const lateQueue = async ({ endpoint, region, root, reportBucket, twoApps }: AwsFacts) => {
  const clients = { endpoint, region, credentials: root }
  const name = `two-apps-late-${randomUUID().slice(0, 8)}`
  const iam = new IAMClient(clients)
  const policy = { RoleName: twoApps.serviceAccount, PolicyName: name }
  const statement = { Effect: 'Allow', Action: 'sqs:*', Resource: `arn:aws:sqs:*:*:${name}` }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument }))
  const s3 = new S3Client({ ...clients, forcePathStyle: true })
  const Prefix = `preview/${createHash('md5').update(name).digest('hex')}/`

  /** How often the newest report says that the preview was checked. */
  const attempts = async (): Promise<number> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: reportBucket, Prefix }))
    const Key = Contents.find((object) => object.Key?.endsWith('/report.json'))?.Key
    if (Key === undefined) return 0
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: reportBucket, Key }))
    const { cases }: SmokeResult = JSON.parse((await Body?.transformToString()) ?? '')
    return Math.max(...cases.map((one) => one.attempts))
  }

  return {
    name,
    /** Makes it when the checks have failed so often: seconds pass before they are tried again. */
    openAfter: async (failures: number): Promise<void> => {
      await until(`attempt ${failures}`, 120, async () => (await attempts()) === failures)
      await new SQSClient(clients).send(new CreateQueueCommand({ QueueName: name }))
    },
    close: async () => void (await iam.send(new DeleteRolePolicyCommand(policy))),
  }
}
