import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTrialAws, type TrialAws } from '../../local/aws/trial-aws.ts'
import { secretsManager } from './secret-store.ts'
import { readSeed } from './seed-store.ts'

let aws: TrialAws
let client: SecretsManagerClient
let s3: S3Client
beforeAll(async () => {
  aws = await startTrialAws()
  const at = { endpoint: aws.endpoint, region: 'us-east-1', credentials: aws.root }
  client = new SecretsManagerClient(at)
  s3 = new S3Client({ ...at, forcePathStyle: true })
})
afterAll(() => aws.close())

test('a secret is made when there is none, and gets another value when there is', async () => {
  const store = secretsManager(client)
  expect(await store.read('prepare/one')).toBeUndefined()
  await store.write('prepare/one', 'first')
  expect(await store.read('prepare/one')).toBe('first')
  await store.write('prepare/one', 'second')
  expect(await store.read('prepare/one')).toBe('second')
})

test('a secret that somebody is deleting is an error, not another one', async () => {
  const store = secretsManager(client)
  await store.write('prepare/two', 'first')
  await client.send(new DeleteSecretCommand({ SecretId: 'prepare/two', RecoveryWindowInDays: 7 }))
  await expect(store.write('prepare/two', 'second')).rejects.toMatchObject({ name: 'InvalidRequestException' })
})

test('a seed is read as it is, unless it is larger than a server takes', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'seeds' }))
  const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'seeds', Key, Body }))
  await put('seed.sql', "INSERT INTO a VALUES ('ü');\n")
  await put('large.sql', ' '.repeat(10_000_001))
  expect(await readSeed(s3, { bucket: 'seeds', key: 'seed.sql' })).toBe("INSERT INTO a VALUES ('ü');\n")
  const large = readSeed(s3, { bucket: 'seeds', key: 'large.sql' })
  await expect(large).rejects.toMatchObject({
    name: 'SeedTooLarge',
    message: expect.stringContaining('10000001 bytes'),
  })
  await expect(readSeed(s3, { bucket: 'seeds', key: 'none.sql' })).rejects.toMatchObject({ name: 'NoSuchKey' })
})
