import { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { AwsFacts } from '../../local/aws/parts.ts'
import { addresses } from '../../local/cluster/addresses.ts'

/** Where a wrong setting leads to: it is there, and takes whatever it gets, so that the app itself notices nothing. */
const ELSEWHERE = 'two-apps-elsewhere'
const STRAY = { database: 'stray', user: 'stray', password: 'stray-password' }

/** One pull request each: what it changes in the example, and which checks say what of it. */
export const breakages: { name: string; changes: [string, string][]; failed: Record<string, RegExp> }[] = [
  {
    name: 'wrong database',
    changes: [
      ['database: {}', `database: { env: { ${leasedAs('host', 'port', 'name', 'user', 'password', 'url')} } }`],
      [
        'JOBS_QUEUE: two-apps-jobs',
        `JOBS_QUEUE: two-apps-jobs
      DATABASE_HOST: ${addresses.node}
      DATABASE_NAME: ${STRAY.database}
      DATABASE_USER: ${STRAY.user}
      DATABASE_PASSWORD: ${STRAY.password}`,
      ],
    ],
    failed: {
      'app1 write': /answered 201, but there is no table items in preview_0\d: its migrations ran in another database/,
    },
  },
  {
    name: 'dead queue',
    changes: [
      ['JOBS_QUEUE: two-apps-jobs\n      WORKER_URL', `JOBS_QUEUE: ${ELSEWHERE}\n      WORKER_URL`],
      ['within: 30s', 'within: 10s'],
    ],
    // What waits there at that moment is another preview's.
    failed: { 'app1 queue': /^GET \/jobs\/\w+ .*queued.*queue jobs (is empty|\d+ messages? waits?)/s },
  },
  {
    name: 'wrong bucket',
    changes: [['UPLOADS_BUCKET: two-apps-uploads', `UPLOADS_BUCKET: ${ELSEWHERE}`]],
    failed: { 'app1 storage': /^POST \/files answered 201, but .*bucket uploads/ },
  },
  {
    name: 'login down',
    changes: [['WORKER_URL:', 'LOGIN_PASSWORD: another\n      WORKER_URL:']],
    failed: { 'app1 login': /^POST \/login answered 401/ },
  },
  {
    name: 'old commit',
    changes: [['WORKER_URL:', `COMMIT: ${'0'.repeat(40)}\n      WORKER_URL:`]],
    failed: { 'app1 serves this commit': /0000000/ },
  },
  {
    name: 'other app unreachable',
    changes: [
      ['WORKER_URL: http://app2', 'WORKER_URL: http://app3'],
      ['within: 30s', 'within: 10s'],
    ],
    failed: { 'app1 queue': /^GET \/jobs\/\w+ answered 502/, 'app1 call': /^GET \/worker answered 502/ },
  },
]

function leasedAs(...names: string[]): string {
  return names.map((name) => `${name}: LEASED_${name.toUpperCase()}`).join(', ')
}

/** Makes that place: a bucket, a queue and a database that are nobody's, with the rights to use them. */
export const openElsewhere = async (
  { endpoint, region, root, twoApps }: AwsFacts,
  asAdmin: (...statements: string[]) => Promise<void>,
): Promise<{ close(): Promise<void> }> => {
  const clients = { endpoint, region, credentials: root }
  await new S3Client({ ...clients, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: ELSEWHERE }))
  await new SQSClient(clients).send(new CreateQueueCommand({ QueueName: ELSEWHERE }))
  const iam = new IAMClient(clients)
  const policy = { RoleName: twoApps.serviceAccount, PolicyName: ELSEWHERE }
  const Resource = [`arn:aws:s3:::${ELSEWHERE}/*`, `arn:aws:sqs:*:*:${ELSEWHERE}`]
  const statement = { Effect: 'Allow', Action: ['s3:*', 'sqs:*'], Resource }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument }))
  const { database, user, password } = STRAY
  await asAdmin(
    `CREATE DATABASE IF NOT EXISTS ${database}`,
    `CREATE USER IF NOT EXISTS ${user}@'%' IDENTIFIED BY '${password}'`,
    `GRANT SELECT, INSERT, UPDATE, CREATE ON ${database}.* TO ${user}@'%'`,
  )
  return {
    close: async () => {
      await iam.send(new DeleteRolePolicyCommand(policy))
      await asAdmin(`DROP USER ${user}@'%'`, `DROP DATABASE ${database}`)
    },
  }
}
