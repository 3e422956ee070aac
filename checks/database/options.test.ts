import { expect, test } from 'vitest'
import { databaseParameters, readDatabaseFlags } from './options.ts'
import { readAdmin, readSettings } from './settings.ts'

const ARN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db-admin-AbCdEf'
const FLAGS = {
  'database-engine': 'mysql',
  'database-host': 'db.example.internal',
  'database-names': ' preview_{01..20},\n extra ',
  'database-admin-secret': ARN,
}

test('no flags are no database', () => {
  expect(readDatabaseFlags({})).toBeUndefined()
  expect(new Set(Object.values(databaseParameters(undefined)))).toEqual(new Set(['', 'true']))
})

test('flags become what the function reads', () => {
  const options = readDatabaseFlags({ ...FLAGS, 'database-seed': 's3://seeds/a/seed.sql', 'database-tls': 'false' })
  expect(options).toEqual({
    engine: 'mysql',
    host: 'db.example.internal',
    port: 3306,
    names: 'preview_{01..20},extra',
    adminSecretArn: ARN,
    seed: { bucket: 'seeds', key: 'a/seed.sql' },
    tls: false,
  })
  expect(readDatabaseFlags({ ...FLAGS, 'database-engine': 'postgres' })).toMatchObject({ port: 5432, tls: true })
})

test('every problem is told at once', () => {
  const problems = readDatabaseFlags({
    'database-engine': 'oracle',
    'database-port': '99999',
    'database-names': 'a,a',
    'database-admin-secret': 'my-secret',
    'database-seed': 'https://example.com/x.sql',
    'database-tls': 'yes',
  })
  expect(problems).toEqual([
    '--database-host is missing, but there is --database-engine',
    '--database-engine must be mysql or postgres',
    '--database-port must be between 1 and 65535',
    '--database-admin-secret must be the whole ARN of a secret',
    expect.stringContaining('"a" is named more than once'),
    '--database-seed must be like s3://bucket/seed.sql',
    '--database-tls must be true or false',
  ])
})

test('names that a function’s environment cannot hold are refused', () => {
  const names = Array.from({ length: 100 }, (_, at) => `a_long_name_of_database_${at}`).join(',')
  expect(readDatabaseFlags({ ...FLAGS, 'database-names': names })).toEqual([
    expect.stringContaining('longer than 2000'),
  ])
})

const ENVIRONMENT = {
  ENGINE: 'postgres',
  HOST: 'db',
  PORT: '5432',
  DATABASES: 'p{1..2}',
  ADMIN_SECRET: ARN,
  SECRET_PREFIX: 'checks-prepare',
  SEED_BUCKET: '',
  SEED_KEY: '',
}

test('the environment of the function is read whole', () => {
  expect(readSettings(ENVIRONMENT)).toMatchObject({ port: 5432, tls: true, databases: ['p1', 'p2'], seed: undefined })
  expect(() => readSettings({ ...ENVIRONMENT, PORT: 'x', DATABASES: 'mysql', HOST: '' })).toThrow(
    /HOST: .*PORT: .*DATABASES: .*database servers use.*checks:deploy/,
  )
})

test.each([undefined, '', 'text', '{"username":"a"}', '{"username":"a","password":""}', '{"password":"canary-1"'])(
  'an admin secret of %j is refused without its text',
  (text) => {
    expect(() => readAdmin(text, 'db-admin')).toThrow('The secret db-admin')
    expect(() => readAdmin(text, 'db-admin')).not.toThrow('canary')
  },
)
