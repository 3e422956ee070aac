import { execFile } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import {
  CloudFormationClient,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startTrialAws, type TrialAws } from '../local/aws/trial-aws.ts'
import { cacheRoot } from '../local/install/cache.ts'
import { parseSmokeResult, reportKey, type SmokeInput, type SmokeResult } from './contract.ts'
import { type DeployedChecks, deployChecks } from './deployment.ts'
import { outputOf } from './testing/execution.ts'
import { COMMIT, smokeInput } from './testing/sample.ts'

let trial: TrialAws
let aws: { region: string; endpoint: string; credentials: TrialAws['root'] }
let first: DeployedChecks
const stepFunctions = () => new SFNClient(aws)
const cloudFormation = () => new CloudFormationClient(aws)
let deploy: (log: (line: string) => void) => Promise<DeployedChecks>

beforeAll(async () => {
  trial = await startTrialAws()
  aws = { region: 'us-east-1', endpoint: trial.endpoint, credentials: trial.root }
  // localhost is the one name that every machine resolves.
  const options = { stackName: 'checks', domain: 'localhost', aws, cache: cacheRoot() }
  deploy = (log) => deployChecks({ ...options, log })
  first = await deploy(() => {})
})
afterAll(() => trial?.close())

type Answer = (response: ServerResponse, request: IncomingMessage, count: number) => void
const apps: Server[] = []
afterAll(() => Promise.all(apps.map((app) => new Promise((done) => app.close(done)))))

/** An app that answers the nth request as `answer` says. */
const startApp = async (answer: Answer): Promise<{ url: string; requests: () => number }> => {
  let count = 0
  const server = createServer((request, response) => answer(response, request, ++count))
  apps.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, requests: () => count }
}
const status =
  (...codes: number[]): Answer =>
  (response, _, count) =>
    response.writeHead(codes[Math.min(count, codes.length) - 1] ?? 500).end()

const execute = async (input: unknown, stateMachineArn = first.stateMachineArn, name?: string): Promise<SmokeResult> =>
  parseSmokeResult(await outputOf(aws, stateMachineArn, input, name))

const withApp = (url: string, change: Partial<SmokeInput> = {}): SmokeInput =>
  smokeInput({ apps: [{ name: 'app1', url, health: '/healthz' }], ...change })

describe('deployment', () => {
  test('a second run changes nothing', async () => {
    const lines: string[] = []
    const again = await deploy((line) => lines.push(line))
    expect(first.change).toBe('created')
    expect(again).toEqual({ ...first, change: 'unchanged' })
    expect(lines).toHaveLength(1)
  })

  test('another domain is an update of the same stack', async () => {
    const options = { stackName: 'moved', aws, cache: cacheRoot(), log: () => {} }
    const before = await deployChecks({ ...options, domain: 'one.example' })
    const after = await deployChecks({ ...options, domain: 'two.example' })
    expect(after).toEqual({ ...before, change: 'updated' })
    const { Stacks } = await cloudFormation().send(new DescribeStacksCommand({ StackName: 'moved' }))
    expect(Stacks?.[0]?.Parameters).toContainEqual({ ParameterKey: 'Domain', ParameterValue: 'two.example' })
  })
})

test('the command makes a stack that checks, and finds it as it should be when it is run again', async () => {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
  }
  const wish = ['--domain', 'localhost', '--stack-name', 'by-command']
  const command = async () =>
    (await promisify(execFile)('npm', ['run', '--silent', 'checks:deploy', '--', ...wish], { env })).stdout
  const said = await command()
  expect(said).toContain('Stack created')
  const stateMachineArn = /^state-machine-arn: (arn:\S+)$/m.exec(said)?.[1]
  const app = await startApp(status(200))
  expect(await execute(withApp(app.url), stateMachineArn)).toMatchObject({ ok: true, report: expect.anything() })
  expect(await command()).toContain('No changes: the stack is as it should be')
})

describe('state machine', () => {
  test('a healthy app passes, and its report is a page in the bucket', async () => {
    const app = await startApp((response) => response.writeHead(200, { 'x-commit': COMMIT }).end('ok'))
    const commit = { header: 'x-commit' }
    const input = smokeInput({ apps: [{ name: 'app1', url: app.url, health: '/healthz', commit }] })
    const result = await execute(input, first.stateMachineArn, 'preview-healthy')
    expect(result).toMatchObject({
      ok: true,
      commit: COMMIT,
      environment: { id: input.environment.id },
      counts: { passed: 2, failed: 0, skipped: 0, flaky: 0 },
      commitVerified: true,
      error: null,
      report: { bucket: first.reportBucket, key: reportKey(input, 'preview-healthy') },
    })
    const s3 = new S3Client(aws)
    const at = { Bucket: first.reportBucket, Key: reportKey(input, 'preview-healthy') }
    const page = await s3.send(new GetObjectCommand(at))
    expect(page.ContentType).toBe('text/html; charset=utf-8')
    expect(await page.Body?.transformToString()).toContain('All 2 checks passed')
    const json = await s3.send(new GetObjectCommand({ ...at, Key: at.Key.replace('.html', '.json') }))
    expect(parseSmokeResult(JSON.parse((await json.Body?.transformToString()) ?? ''))).toEqual(result)
  })

  test('a flapping app passes on attempt 3 and is called flaky', async () => {
    const app = await startApp(status(503, 503, 200))
    const result = await execute(withApp(app.url))
    expect(result).toMatchObject({ ok: true, counts: { passed: 1, failed: 0, flaky: 1 } })
    expect(result.cases[0]).toMatchObject({ status: 'passed', attempts: 3 })
    expect(result.cases[0]?.history?.map((each) => [each.attempt, each.status])).toEqual([
      [1, 'failed'],
      [2, 'failed'],
      [3, 'passed'],
    ])
    expect(app.requests()).toBe(3)
  })

  test('only what failed is asked again', async () => {
    const [good, bad] = [await startApp(status(200)), await startApp(status(500))]
    const result = await execute(
      smokeInput({
        apps: [
          { name: 'app1', url: good.url, health: '/' },
          { name: 'app2', url: bad.url, health: '/' },
        ],
        attempts: 2,
      }),
    )
    expect(result).toMatchObject({ ok: false, counts: { passed: 1, failed: 1, flaky: 0 } })
    expect([good.requests(), bad.requests()]).toEqual([1, 2])
    expect(result.cases[1]?.message).toBe('GET / answered 500, 200 is healthy')
    await new S3Client(aws).send(new HeadObjectCommand({ Bucket: first.reportBucket, Key: result.report?.key }))
  })

  test('an app that is down is named with the reason', async () => {
    const app = await startApp(status(200))
    await new Promise((done) => apps.pop()?.close(done))
    const result = await execute(withApp(app.url, { attempts: 1 }))
    expect(result).toMatchObject({ ok: false, counts: { failed: 1 } })
    expect(result.cases[0]?.message).toBe('GET /healthz got no answer: connection refused')
  })

  test('the previous version answering is a failure', async () => {
    const old = 'f'.repeat(40)
    const app = await startApp((response) => response.end(JSON.stringify({ build: { commit: old } })))
    const commit = { path: 'build.commit' }
    const input = smokeInput({ apps: [{ name: 'app1', url: app.url, health: '/', commit }], attempts: 1 })
    const result = await execute(input)
    expect(result).toMatchObject({ ok: false, commitVerified: false, counts: { passed: 1, failed: 1 } })
    expect(result.cases[1]?.message).toBe(
      `GET / shows commit ffffffffffff, not ${COMMIT.slice(0, 12)}: another version answers`,
    )
  })

  test('a host outside the domain is never asked, not even by a redirect', async () => {
    const inside = await startApp((response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end())
    const outside = await execute(withApp('http://169.254.169.254', { attempts: 1 }))
    expect(outside.cases[0]?.message).toBe(
      'http://169.254.169.254/healthz was not asked: its host is not below localhost',
    )
    const redirected = await execute(withApp(inside.url, { attempts: 1 }))
    expect(redirected.cases[0]?.message).toBe('http://127.0.0.1:1/ was not asked: its host is not below localhost')
  })

  test.each([
    ['no input at all', {}, /^The smoke input is not valid \(contract v1\): version: /],
    ['an input of a later version', { ...smokeInput({}), version: 2 }, /has version 2, this side speaks version 1/],
  ])('%s is refused at once, with the reason', async (_, input, message) => {
    const result = await execute(input)
    expect(result).toMatchObject({ ok: false, cases: [], report: null, environment: null, commit: null })
    expect(result.error).toEqual({ name: 'ContractError', message: expect.stringMatching(message) })
  })

  test('a function that breaks is told truthfully, beside what was known before', async () => {
    const options = { stackName: 'breaking', domain: 'localhost', aws, cache: cacheRoot(), log: () => {} }
    const { stateMachineArn } = await deployChecks(options)
    const about = { StackName: 'breaking', LogicalResourceId: 'CheckFunction' }
    const { StackResourceDetail } = await cloudFormation().send(new DescribeStackResourceCommand(about))
    const broken = { FunctionName: StackResourceDetail?.PhysicalResourceId, Environment: { Variables: {} } }
    const app = await startApp(status(500))
    const ended = execute(withApp(app.url, { waitSeconds: 2 }), stateMachineArn, 'breaking')
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:breaking`
    await vi.waitFor(
      async () => {
        const history = await stepFunctions().send(new GetExecutionHistoryCommand({ executionArn }))
        expect(history.events?.map((event) => event.type)).toContain('WaitStateEntered')
      },
      { timeout: 30_000, interval: 100 },
    )
    await new LambdaClient(aws).send(new UpdateFunctionConfigurationCommand(broken))
    const result = await ended
    expect(result).toMatchObject({ ok: false, commit: COMMIT, counts: { failed: 1 }, error: { name: 'Error' } })
    expect(result.error?.message).toMatch(/^Attempt 2 could not be made: .*DOMAIN/)
    expect(result.cases[0]?.message).toBe('GET /healthz answered 500, 200 is healthy')
  })

  test('a kind of check that is not known fails instead of being left out', async () => {
    const app = await startApp(status(200))
    const checks = [{ app: 'app1', kind: 'teleport', name: 'moves things' }]
    const result = await execute(withApp(app.url, { checks, attempts: 1 }))
    expect(result).toMatchObject({ ok: false, counts: { passed: 1, failed: 1 } })
    expect(result.cases[1]).toMatchObject({
      kind: 'teleport',
      message: expect.stringContaining('npm run checks:deploy'),
    })
  })
})
