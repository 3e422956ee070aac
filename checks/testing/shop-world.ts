import { setTimeout as pause } from 'node:timers/promises'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { startTrialAws } from '../../local/aws/trial-aws.ts'
import { startTrialDatabase, type TrialDatabase } from '../../local/databases/trial-databases.ts'
import { cacheRoot } from '../../local/install/cache.ts'
import { type LeaseSecret, readLeaseSecret } from '../database/contract.ts'
import { mysqlConnect } from '../database/mysql-session.ts'
import { postgresConnect } from '../database/postgres-session.ts'
import { type DeployedChecks, deployChecks } from '../deployment.ts'
import { outputOf } from './execution.ts'
import { COMMIT, ENVIRONMENT } from './sample.ts'
import { openShop, type ShopParts } from './shop.ts'

export const ENGINES = ['mysql', 'postgres'] as const
export type Engine = (typeof ENGINES)[number]
type Aws = { region: string; endpoint: string; credentials: { accessKeyId: string; secretAccessKey: string } }
export type ShopWorld = Awaited<ReturnType<typeof openShopWorld>>

const CONNECT = { mysql: mysqlConnect, postgres: postgresConnect }
const QUEUE = 'acme-preview-jobs'
const BUCKET = 'acme-preview-uploads'
export const OTHER_BUCKET = 'acme-other-uploads'

/** Two apps on real databases, a queue with a worker, and buckets; and the checks that were deployed for them. */
export const openShopWorld = async () => {
  const trial = await startTrialAws()
  const aws: Aws = { region: 'us-east-1', endpoint: trial.endpoint, credentials: trial.root }
  const s3 = new S3Client({ ...aws, forcePathStyle: true })
  const sqs = new SQSClient(aws)
  for (const Bucket of [BUCKET, OTHER_BUCKET]) await s3.send(new CreateBucketCommand({ Bucket }))
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }))
  const secrets = leases(aws)
  const servers: TrialDatabase[] = []
  const deployed = {} as Record<Engine, DeployedChecks>
  const prepare = async (engine: Engine): Promise<void> => {
    const server = await startTrialDatabase(engine)
    servers.push(server)
    deployed[engine] = await deployFor(engine, aws, server)
    for (const database of ['preview_01', 'preview_02']) {
      await outputOf(aws, deployed[engine].prepareArn ?? '', leaseInput(engine, database))
      await secrets.asTenant(engine, database, 'CREATE TABLE items (name VARCHAR(200))')
    }
  }
  // One after the other: the first builds the function for both.
  for (const engine of ENGINES) await prepare(engine)
  const worker = startWorker(sqs, QueueUrl)
  const other = await openShop({ commit: COMMIT } as ShopParts)
  const storeIn =
    (Bucket: string): ShopParts['storeFile'] =>
    async (Key, Body) =>
      void (await s3.send(new PutObjectCommand({ Bucket, Key, Body })))
  const insertInto =
    (engine: Engine, database: string): ShopParts['insertItem'] =>
    (name) =>
      secrets.asTenant(engine, database, `INSERT INTO items (name) VALUES (${engine === 'mysql' ? '?' : '$1'})`, [name])
  const whole = (engine: Engine): ShopParts => ({
    commit: COMMIT,
    insertItem: insertInto(engine, 'preview_01'),
    sendJob: async (MessageBody) => void (await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))),
    isDone: (id) => worker.done.has(id),
    storeFile: storeIn(BUCKET),
    otherApp: other.url,
    logins: true,
  })
  const shop = await openShop(whole('mysql'))
  return {
    aws,
    deployed,
    shop,
    other,
    worker,
    storeIn,
    insertInto,
    whole,
    ...secrets,
    read: async (Bucket: string, Key: string): Promise<string> =>
      (await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()) ?? '',
    close: async () => {
      await worker.stop()
      await Promise.all([shop.close(), other.close(), ...servers.map((server) => server.close())])
      await trial.close()
    },
  }
}

const leaseInput = (engine: Engine, database: string) => ({
  version: 1,
  action: 'lease',
  environment: { id: ENVIRONMENT, repository: 'acme/shop', branch: 'feature/login' },
  run: { url: 'https://ci.example/1' },
  engine,
  database,
  generation: 1,
  data: 'reset',
})

const deployFor = async (engine: Engine, aws: Aws, { admin, host, port }: TrialDatabase): Promise<DeployedChecks> => {
  const { ARN: adminSecretArn = '' } = await new SecretsManagerClient(aws).send(
    new CreateSecretCommand({ Name: `admin-${engine}`, SecretString: JSON.stringify(admin) }),
  )
  return await deployChecks({
    stackName: `shop-${engine}`,
    domain: 'localhost',
    aws,
    cache: cacheRoot(),
    log: () => {},
    queues: [`jobs=${QUEUE}`],
    buckets: [`uploads=${BUCKET}`],
    database: { engine, host, port, names: 'preview_{01..02}', adminSecretArn, tls: false },
  })
}

/** The secrets of the leases, and who has them. */
const leases = (aws: Aws) => {
  const client = new SecretsManagerClient(aws)
  const nameOf = (engine: Engine, database: string) => `shop-${engine}-prepare/${database}`
  const leaseOf = async (engine: Engine, database: string): Promise<LeaseSecret> => {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: nameOf(engine, database) }))
    const lease = readLeaseSecret(SecretString)
    if (!lease) throw new Error(`${database} is not leased`)
    return lease
  }
  return {
    leaseOf,
    changeLease: async (engine: Engine, lease: LeaseSecret): Promise<void> => {
      const SecretId = nameOf(engine, lease.dbname)
      await client.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(lease) }))
    },
    asTenant: async (engine: Engine, database: string, sql: string, values: string[] = []): Promise<void> => {
      const { dbname, host, password, port, username } = await leaseOf(engine, database)
      const connect = CONNECT[engine]({ host, port, tls: false, timeLeft: () => 30_000 })
      const session = await connect({ user: username, password, database: dbname })
      await session.run(sql, values).finally(() => session.close())
    },
  }
}

/** What does the jobs; `isOn` false is a worker that hangs. */
const startWorker = (sqs: SQSClient, QueueUrl: string) => {
  const over = new AbortController()
  const done = new Set<string>()
  const worker = { done, isOn: true, stop: async () => {} }
  const working = (async () => {
    for (; !over.signal.aborted; await pause(100)) {
      if (!worker.isOn) continue
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
      for (const { Body = '', ReceiptHandle } of Messages) {
        done.add(Body)
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      }
    }
  })()
  worker.stop = async () => {
    over.abort()
    await working
  }
  return worker
}
