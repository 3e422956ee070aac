import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type LeaseSecret,
  leaseSecretName,
  type PrepareInput,
  type PrepareResult,
  parsePrepareResult,
  readLeaseSecret,
} from '../../checks/database/contract.ts'
import { mysqlConnect } from '../../checks/database/mysql-session.ts'
import { postgresConnect } from '../../checks/database/postgres-session.ts'
import type { Session } from '../../checks/database/session.ts'
import { type AwsFacts, REPOSITORY } from '../../local/aws/parts.ts'
import { stackFacts } from '../../local/scene.ts'

const CONNECT = { mysql: mysqlConnect, postgres: postgresConnect }
const ENVIRONMENT = '346e50ff9c5f4172807b918218604cbe'
// Later than any generation that other tests of the stack have asked for.
const GENERATION = Math.floor(Date.now() / 1000)

let aws: AwsFacts
type Clients = { endpoint: string; region: string; credentials: Credentials }
type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
let action: Clients
let root: Clients

/** The action's own role, by the token that its workflow would have. */
const assumed = async (at: { endpoint: string; region: string }): Promise<Credentials> => {
  const { defaultBranch, id, name, owner, workflowFile } = REPOSITORY
  const claims = {
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'sts.amazonaws.com',
    sub: `repo:${owner}/${name}:pull_request`,
    repository_id: String(id),
    job_workflow_ref: `${owner}/${name}/.github/workflows/${workflowFile}@refs/heads/${defaultBranch}`,
    exp: Math.floor(Date.now() / 1000) + 300,
  }
  const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const WebIdentityToken = `${parts.join('.')}.c2lnbmF0dXJl`
  const request = { RoleArn: aws.roleArn, RoleSessionName: 'prepare', WebIdentityToken }
  const { Credentials: given } = await new STSClient(at).send(new AssumeRoleWithWebIdentityCommand(request))
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  }
}

beforeAll(async () => {
  aws = (await stackFacts()).aws
  const at = { endpoint: aws.endpoint, region: aws.region }
  const { accessKeyId, secretAccessKey } = aws.root
  root = { ...at, credentials: { accessKeyId, secretAccessKey } }
  action = { ...at, credentials: await assumed(at) }
})

describe.each(['mysql', 'postgres'] as const)('The state machine for %s', (engine) => {
  const facts = () => aws.databases[engine]
  const database = 'preview_03'
  const secretName = () => leaseSecretName(facts().prepareArn.split(':').at(-1) ?? '', database)

  const execute = async (input: unknown): Promise<{ result: PrepareResult; everything: string }> => {
    const sfn = new SFNClient(action)
    const name = `preview-${randomUUID()}`
    const request = { stateMachineArn: facts().prepareArn, name, input: JSON.stringify(input) }
    const { executionArn } = await sfn.send(new StartExecutionCommand(request))
    for (const end = Date.now() + 60_000; Date.now() < end; await pause(50)) {
      const { cause, output, status } = await sfn.send(new DescribeExecutionCommand({ executionArn }))
      if (status === 'RUNNING') continue
      if (status !== 'SUCCEEDED') throw new Error(`The execution ended as ${status}: ${cause}`)
      const history = await new SFNClient(root).send(new GetExecutionHistoryCommand({ executionArn }))
      const everything = JSON.stringify([request, output, history.events])
      return { result: parsePrepareResult(JSON.parse(output ?? '')), everything }
    }
    throw new Error('The execution did not end')
  }
  const asked = (change: Partial<PrepareInput>): PrepareInput => ({
    version: 1,
    action: 'lease',
    environment: { id: ENVIRONMENT, repository: 'acme/shop', branch: 'feature/login' },
    run: { url: 'https://github.example/acme/shop/actions/runs/7' },
    engine,
    database,
    generation: GENERATION,
    data: 'reset',
    ...change,
  })
  const secret = async (): Promise<LeaseSecret> => {
    const asking = new GetSecretValueCommand({ SecretId: secretName() })
    const { SecretString = '' } = await new SecretsManagerClient(action).send(asking)
    return readLeaseSecret(SecretString) ?? expect.fail(`no credentials in ${secretName()}`)
  }
  const login = ({ dbname, host, password, port, username }: LeaseSecret): Promise<Session> =>
    CONNECT[engine]({ host, port, tls: false, timeLeft: () => 30_000 })({ user: username, password, database: dbname })

  test('leases, tells nothing that is secret, and hands over to the next tenant', async () => {
    const first = await execute(asked({}))
    expect(first.result).toMatchObject({ ok: true, did: 'reset', database, generation: GENERATION, error: null })
    const before = await secret()
    expect(before).toMatchObject({ engine, host: facts().host, port: facts().port, dbname: database })
    const session = await login(before)
    await session.run('CREATE TABLE notes (text VARCHAR(100))')

    const again = await execute(asked({}))
    expect(again.result).toMatchObject({ ok: true, did: 'unchanged' })

    const next = await execute(
      asked({ generation: GENERATION + 1, environment: { id: 'b'.repeat(32), repository: 'acme/shop', branch: 'b' } }),
    )
    expect(next.result).toMatchObject({ ok: true, did: 'reset', environment: { id: 'b'.repeat(32) } })
    await expect(session.run('SELECT 1')).rejects.toThrow()
    await expect(login(before)).rejects.toThrow(/denied|authentication failed/)
    const after = await secret()
    await (await login(after)).close()

    const late = await execute(asked({ action: 'clean' }))
    expect(late.result.error).toMatchObject({ name: 'StaleGeneration', generation: GENERATION + 1 })

    const told = [first, again, next, late].map(({ everything }) => everything).join('\n')
    for (const password of [before.password, after.password, facts().admin.password])
      expect(told).not.toContain(password)
  })

  test('cleans', async () => {
    await execute(asked({ generation: GENERATION + 2 }))
    const before = await secret()
    const { result } = await execute(asked({ action: 'clean', generation: GENERATION + 2 }))
    expect(result).toMatchObject({ ok: true, did: 'cleaned', error: null })
    await expect(login(before)).rejects.toThrow(/denied|authentication failed/)
    await expect(secret()).rejects.toThrow('no credentials')
  })

  test('answers what it was asked wrongly', async () => {
    const { result } = await execute({ hello: 'world' })
    expect(result).toMatchObject({ ok: false, database: null, error: { name: 'ContractError' } })
    const other = await execute(asked({ database: 'production' }))
    expect(other.result).toMatchObject({ ok: false, database: 'production', error: { name: 'NotOfThePool' } })
    const wrong = await execute(asked({ engine: engine === 'mysql' ? 'postgres' : 'mysql' }))
    expect(wrong.result.error?.name).toBe('WrongEngine')
  })

  test('the action may read credentials, and nothing else of Secrets Manager', async () => {
    const secrets = new SecretsManagerClient(action)
    const denied = { message: expect.stringContaining('not authorized to perform') }
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: `${engine}-admin` }))).rejects.toMatchObject(denied)
    const put = new PutSecretValueCommand({ SecretId: secretName(), SecretString: 'x' })
    await expect(secrets.send(put)).rejects.toMatchObject(denied)
  })
})
