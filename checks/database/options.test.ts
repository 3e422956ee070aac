import { describe, expect, test } from 'vitest'
import { databaseParameters, readDatabaseFlags } from './options.ts'

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf'
const FLAGS = {
  'database-engine': 'mysql',
  'database-host': 'db.example.internal',
  'database-names': 'preview_{01..20}',
  'database-admin-secret': ARN,
}

test('nothing is asked for where there are no flags', () => {
  expect(readDatabaseFlags({})).toBeUndefined()
})

test.each([
  ['mysql', 3306],
  ['postgres', 5432],
])('%s: what is not said is the port %i, TLS, and no seed', (engine, port) => {
  expect(readDatabaseFlags({ ...FLAGS, 'database-engine': engine })).toEqual({
    engine,
    host: 'db.example.internal',
    port,
    names: 'preview_{01..20}',
    adminSecretArn: ARN,
    tls: true,
  })
})

test('everything that is said is taken', () => {
  const more = {
    'database-port': '3307',
    'database-seed': 's3://my-bucket/deep/seed file.sql',
    'database-tls': 'false',
  }
  expect(readDatabaseFlags({ ...FLAGS, ...more })).toMatchObject({
    port: 3307,
    seed: { bucket: 'my-bucket', key: 'deep/seed file.sql' },
    tls: false,
  })
})

test('names over several lines become one: a parameter has no lines', () => {
  const flags = { ...FLAGS, 'database-names': ' one,\n two_{1..3}\n\n three ' }
  expect(readDatabaseFlags(flags)).toMatchObject({ names: 'one,two_{1..3},three' })
})

describe('a mistake is told:', () => {
  test.each([
    [{ 'database-engine': 'oracle' }, '--database-engine must be mysql or postgres'],
    [{ 'database-engine': 'MySQL' }, '--database-engine must be mysql or postgres'],
    [{ 'database-host': 'https://db' }, '--database-host must be a host, without scheme and port'],
    [{ 'database-host': 'db:3306' }, '--database-host must be a host, without scheme and port'],
    [{ 'database-port': '0' }, '--database-port must be between 1 and 65535'],
    [{ 'database-port': '65536' }, '--database-port must be between 1 and 65535'],
    [{ 'database-port': '3306.5' }, '--database-port must be between 1 and 65535'],
    [{ 'database-port': 'mysql' }, '--database-port must be between 1 and 65535'],
    [{ 'database-port': '' }, '--database-port must be between 1 and 65535'],
    [{ 'database-admin-secret': 'my-secret' }, '--database-admin-secret must be the whole ARN of a secret'],
    [
      { 'database-admin-secret': ARN.replace('secretsmanager', 'ssm') },
      '--database-admin-secret must be the whole ARN',
    ],
    [
      { 'database-names': 'a,a' },
      '--database-names: The names of the databases are not usable: "a" is named more than once',
    ],
    [{ 'database-names': ' ,\n' }, '--database-names: The names of the databases are not usable: no database is named'],
    [
      { 'database-names': Array.from({ length: 300 }, (_, at) => `preview_${at}`).join() },
      '--database-names is longer than 2000',
    ],
    [{ 'database-seed': 'seed.sql' }, '--database-seed must be like s3://bucket/seed.sql'],
    [{ 'database-seed': 's3://bucket' }, '--database-seed must be like s3://bucket/seed.sql'],
    [{ 'database-seed': 's3://bucket/*' }, '--database-seed must be like s3://bucket/seed.sql'],
    [{ 'database-seed': '' }, '--database-seed must be like s3://bucket/seed.sql'],
    [{ 'database-tls': 'no' }, '--database-tls must be true or false'],
  ])('%j', (change, problem) => {
    expect(readDatabaseFlags({ ...FLAGS, ...change })).toEqual([expect.stringContaining(problem)])
  })

  test.each(Object.keys(FLAGS))('%s is missing beside others', (flag) => {
    const { [flag as keyof typeof FLAGS]: _, ...rest } = FLAGS
    for (const flags of [rest, { ...rest, [flag]: '' }]) {
      expect(readDatabaseFlags(flags)).toEqual([
        expect.stringContaining(`--${flag} is missing, but there is --database-`),
      ])
    }
  })
})

test('all mistakes are told at once', () => {
  const flags = {
    'database-engine': 'oracle',
    'database-host': 'http://db',
    'database-port': '-1',
    'database-names': '1st',
    'database-seed': 'here',
    'database-tls': 'maybe',
  }
  const problems = readDatabaseFlags(flags) as string[]
  expect(problems.map((problem) => /--(database-[a-z-]+)/.exec(problem)?.[1]).toSorted()).toEqual([
    'database-admin-secret',
    'database-engine',
    'database-host',
    'database-names',
    'database-port',
    'database-seed',
    'database-tls',
  ])
})

describe('the parameters of the stack', () => {
  test('have every value as a text', () => {
    const database = readDatabaseFlags({ ...FLAGS, 'database-seed': 's3://bucket/seed.sql', 'database-tls': 'false' })
    if (!database || Array.isArray(database)) throw new Error('the flags were refused')
    expect(databaseParameters(database)).toEqual({
      DatabaseEngine: 'mysql',
      DatabaseHost: 'db.example.internal',
      DatabasePort: '3306',
      DatabaseNames: 'preview_{01..20}',
      DatabaseAdminSecretArn: ARN,
      DatabaseTls: 'false',
      SeedBucket: 'bucket',
      SeedKey: 'seed.sql',
    })
  })

  test('are empty without a database, so that one that was deployed goes', () => {
    const { DatabaseTls, ...rest } = databaseParameters(undefined)
    expect(DatabaseTls).toBe('true')
    expect(new Set(Object.values(rest))).toEqual(new Set(['']))
  })
})
