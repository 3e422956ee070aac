import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { CreateLoadBalancerCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../stack/until.ts'
import { LOAD_BALANCERS } from './route53/load-balancer-zones.ts'
import { startTrialAws, type TrialAws } from './trial-aws.ts'

let aws: TrialAws
let lambda: LambdaClient
let sfn: SFNClient
const ROLE = 'arn:aws:iam::000000000000:role/worker'

const HANDLER = `
class FlakyError extends Error { constructor(message) { super(message); this.name = 'FlakyError' } }
exports.handler = async ({ fault }) => {
  if (fault === 'throw') throw new FlakyError('not yet')
  if (fault === 'exit') process.exit(1)
  return { node: process.versions.node }
}`

const zipped = async (source: string): Promise<Uint8Array> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'eks-preview-function-'))
  try {
    await writeFile(path.join(folder, 'index.js'), source)
    await promisify(execFile)('python3', ['-m', 'zipfile', '-c', 'code.zip', 'index.js'], { cwd: folder })
    return await readFile(path.join(folder, 'code.zip'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

beforeAll(async () => {
  aws = await startTrialAws()
  const clients = { endpoint: aws.endpoint, region: 'us-east-1', credentials: aws.root }
  lambda = new LambdaClient(clients)
  sfn = new SFNClient(clients)
  const trust = {
    Effect: 'Allow',
    Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] },
    Action: 'sts:AssumeRole',
  }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] })
  await new IAMClient(clients).send(new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument }))
  const Code = { ZipFile: await zipped(HANDLER) }
  const settings = { Runtime: 'nodejs24.x' as const, Handler: 'index.handler', Role: ROLE, Timeout: 10 }
  await lambda.send(new CreateFunctionCommand({ FunctionName: 'fn', Code, ...settings }))
})
afterAll(() => aws.close())

describe('A Lambda function', () => {
  const invoke = async (event: object) => {
    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'fn', Payload: JSON.stringify(event) }))
    return { failed: answer.FunctionError, ...JSON.parse(Buffer.from(answer.Payload ?? []).toString()) }
  }

  test('runs on Node 24', async () => {
    expect((await invoke({})).node).toMatch(/^24\./)
  })

  test('fails with the error’s own name and stack', async () => {
    expect(await invoke({ fault: 'throw' })).toMatchObject({
      failed: 'Unhandled',
      errorType: 'FlakyError',
      errorMessage: 'not yet',
      trace: expect.arrayContaining([expect.stringContaining('index.js')]),
    })
  })

  test('that ends its process fails as Runtime.ExitError', async () => {
    expect(await invoke({ fault: 'exit' })).toMatchObject({ failed: 'Unhandled', errorType: 'Runtime.ExitError' })
  })
})

describe('An execution', () => {
  const machine = async (name: string, timeout?: number): Promise<string> => {
    const states = { Wait: { Type: 'Wait', Seconds: 60, End: true } }
    const definition = JSON.stringify({ StartAt: 'Wait', TimeoutSeconds: timeout, States: states })
    const made = await sfn.send(new CreateStateMachineCommand({ name, roleArn: ROLE, definition }))
    return made.stateMachineArn ?? ''
  }
  const start = (stateMachineArn: string, name: string, input = '{}') =>
    sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }))

  test('started twice with the same name and input is one while it runs, and never again after', async () => {
    const arn = await machine('once')
    const first = await start(arn, 'run', '{"a":1}')
    const second = await start(arn, 'run', '{"a":1}')
    expect([second.executionArn, second.startDate]).toEqual([first.executionArn, first.startDate])
    await expect(start(arn, 'run', '{"a":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })

    await sfn.send(new StopExecutionCommand({ executionArn: first.executionArn }))
    await expect(start(arn, 'run', '{"a":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
  })

  test.each([
    ['a name with a space', 'a b', '{}', 'InvalidName'],
    ['a name of 81 characters', 'x'.repeat(81), '{}', 'InvalidName'],
    ['input that is no JSON', 'json', '{', 'InvalidExecutionInput'],
    ['input of more than 256 KiB', 'large', JSON.stringify('x'.repeat(262_144)), 'ValidationException'],
  ])('is not started with %s', async (label, name, input, error) => {
    await expect(start(await machine(label.replaceAll(' ', '-')), name, input)).rejects.toMatchObject({ name: error })
  })

  test('ends when its machine’s TimeoutSeconds have passed', async () => {
    const { executionArn } = await start(await machine('timeout', 1), 'run')
    await until('TIMED_OUT', 10, async () => {
      const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }))
      return status === 'TIMED_OUT'
    })
  })
})

test.each(['application', 'network'] as const)(
  'an %s load balancer has the hostname and zone of its kind',
  async (Type) => {
    const elb = new ElasticLoadBalancingV2Client({ endpoint: aws.endpoint, region: 'us-east-1', credentials: aws.root })
    const made = await elb.send(
      new CreateLoadBalancerCommand({ Name: `k8s-${Type}`, Type, Subnets: aws.account.subnetIds }),
    )
    const [{ DNSName = '', CanonicalHostedZoneId, Type: kind } = {}] = made.LoadBalancers ?? []
    const { zoneId, domain } = LOAD_BALANCERS[Type]
    expect({ zone: CanonicalHostedZoneId, kind }).toEqual({ zone: zoneId, kind: Type })
    expect(`${DNSName}.`).toMatch(new RegExp(`^k8s-${Type}-[a-z0-9]+${domain.replaceAll('.', '\\.')}$`))
  },
)
