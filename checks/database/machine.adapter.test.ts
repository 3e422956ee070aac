import { setTimeout as pause } from 'node:timers/promises'
import { CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation'
import { LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTrialAws, type TrialAws } from '../../local/aws/trial-aws.ts'
import { cacheRoot } from '../../local/install/cache.ts'
import { type DeployedChecks, deployChecks } from '../deployment.ts'
import { type PrepareResult, parsePrepareResult } from './contract.ts'
import type { DatabaseOptions } from './options.ts'

const ENVIRONMENT = '346e50ff9c5f4172807b918218604cbe'

let trial: TrialAws
let aws: { region: string; endpoint: string; credentials: TrialAws['root'] }
let database: DatabaseOptions
let first: DeployedChecks
const deploy = (stackName: string, wished?: DatabaseOptions) =>
  deployChecks({
    stackName,
    domain: 'localhost',
    aws,
    cache: cacheRoot(),
    log: () => {},
    ...(wished && { database: wished }),
  })

beforeAll(async () => {
  trial = await startTrialAws()
  aws = { region: 'us-east-1', endpoint: trial.endpoint, credentials: trial.root }
  const admin = { Name: 'admin', SecretString: JSON.stringify({ username: 'master', password: 'canary-0123' }) }
  const { ARN = '' } = await new SecretsManagerClient(aws).send(new CreateSecretCommand(admin))
  // Nobody listens there: the story itself is told elsewhere, with real servers.
  const at = { host: '127.0.0.1', port: 1, names: 'preview_{01..02}', adminSecretArn: ARN, tls: false }
  database = { engine: 'mysql', ...at }
  first = await deploy('checks', database)
})
afterAll(() => trial?.close())

const execute = async (input: unknown): Promise<PrepareResult> => {
  const sfn = new SFNClient(aws)
  const request = { stateMachineArn: first.prepareArn, input: JSON.stringify(input) }
  const { executionArn } = await sfn.send(new StartExecutionCommand(request))
  for (const end = Date.now() + 50_000; Date.now() < end; await pause(100)) {
    const { cause, output, status } = await sfn.send(new DescribeExecutionCommand({ executionArn }))
    if (status === 'SUCCEEDED') return parsePrepareResult(JSON.parse(output ?? ''))
    if (status !== 'RUNNING') throw new Error(`The execution ended as ${status}: ${cause}`)
  }
  throw new Error('The execution did not end')
}
const lease = {
  version: 1,
  action: 'lease',
  environment: { id: ENVIRONMENT, repository: 'acme/shop', branch: 'b' },
  run: { url: 'https://github.example/run' },
  engine: 'mysql',
  database: 'preview_01',
  generation: 3,
  data: 'reset',
}
const about = { environment: { id: ENVIRONMENT }, database: 'preview_01', generation: 3 }

test('the state machine has the name of the stack, and there is none without a database', async () => {
  expect(first.prepareArn).toMatch(/:stateMachine:checks-prepare$/)
  expect(await deploy('without')).not.toHaveProperty('prepareArn')
})

test('a second run changes nothing, and another list of names is an update', async () => {
  expect(await deploy('checks', database)).toEqual({ ...first, change: 'unchanged' })
  const more = await deploy('checks', { ...database, names: 'preview_{01..03}' })
  expect(more).toEqual({ ...first, change: 'updated' })
})

test('a server that is not there is tried again, and then told', async () => {
  const result = await execute(lease)
  expect(result).toMatchObject({ ok: false, did: null, ...about, error: { name: 'Unreachable' } })
  expect(result.error?.message).toMatch(/^Connect to mysql at 127\.0\.0\.1:1: .*ECONNREFUSED/)
})

test('a function that breaks is told truthfully', async () => {
  const resource = { StackName: 'checks', LogicalResourceId: 'PrepareFunction' }
  const { StackResourceDetail } = await new CloudFormationClient(aws).send(new DescribeStackResourceCommand(resource))
  const broken = { FunctionName: StackResourceDetail?.PhysicalResourceId, Handler: 'nowhere.handler' }
  await new LambdaClient(aws).send(new UpdateFunctionConfigurationCommand(broken))
  const result = await execute(lease)
  expect(result).toMatchObject({ ok: false, did: null, ...about })
  expect(result.error?.message).toMatch(/^The database could not be prepared, or not all of it: .+\. Run it again$/s)
  expect(await execute({ hello: 'world' })).toMatchObject({ ok: false, environment: null, database: null })
})
