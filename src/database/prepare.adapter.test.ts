import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SFNClient } from '@aws-sdk/client-sfn'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PrepareResult } from '../../checks/database/contract.ts'
import { type Reply, scriptedAws } from '../../test/scripted-aws.ts'
import { awsDefaults } from '../aws/client.ts'
import type { Say } from '../step.ts'
import { stepFunctions } from '../step-functions/step-functions.ts'
import { type Preparation, prepare } from './prepare.ts'
import { secretsManager } from './secrets-manager.ts'

const MACHINE = 'arn:aws:states:us-east-1:111122223333:stateMachine:checks-prepare'
const EXECUTION = 'arn:aws:states:us-east-1:111122223333:execution:checks-prepare:preview-1'
const { signal } = new AbortController()

const json = (body: object, status = 200): Reply => ({ status, body: JSON.stringify(body) })
const fault = (name: string, status = 400) => json({ __type: name, message: name }, status)

const closers: (() => Promise<void>)[] = []
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0)) // no back-off
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(closers.splice(0).map((close) => close()))
})
const awsThat = async (replies: Record<string, Reply>) => {
  const aws = await scriptedAws(
    ({ target }) => replies[target.split('.').at(-1) ?? ''] ?? fault('UnknownOperationException'),
  )
  closers.push(aws.close)
  return aws
}

describe('a preparation', () => {
  const quiet = () => undefined
  const say: Say = {
    info: quiet,
    warning: quiet,
    debug: quiet,
    detail: quiet,
    unchanged: quiet,
    skipped: quiet,
    link: quiet,
  }
  const environment = { id: 'e'.repeat(32), repository: 'acme/shop', branch: 'feature/🍣' }
  const wish: Preparation = {
    action: 'lease',
    environment,
    run: { url: 'https://github.com/acme/shop/actions/runs/7' },
    engine: 'mysql',
    database: 'preview_03',
    generation: 17,
  }
  const good: PrepareResult = {
    version: 1,
    ok: true,
    environment: { id: environment.id },
    database: 'preview_03',
    generation: 17,
    did: 'reset',
    ms: 900,
    error: null,
  }
  const failed = (error: PrepareResult['error']): PrepareResult => ({ ...good, ok: false, did: null, error })
  const preparing = async (ended: object) => {
    const aws = await awsThat({
      StartExecution: json({ executionArn: EXECUTION, startDate: 1 }),
      DescribeExecution: json({ executionArn: EXECUTION, ...ended }),
    })
    const machine = stepFunctions(new SFNClient({ ...awsDefaults, ...aws.client }), MACHINE, signal)
    return { result: prepare(machine, wish, { id: '77', signal, say }), asked: aws.asked }
  }
  const succeeded = (output: unknown) =>
    preparing({ status: 'SUCCEEDED', output: typeof output === 'string' ? output : JSON.stringify(output) })

  test('is asked for with what the contract has, and under a name of its own every time', async () => {
    const one = await succeeded(good)
    expect(await one.result).toEqual({ did: 'reset' })
    const { name, input } = JSON.parse(one.asked[0]?.body ?? '')
    expect(JSON.parse(input)).toEqual({ version: 1, ...wish, data: 'reset' })
    expect(name).toMatch(/^preview-db-[0-9a-f]{8}-preview_03-g17-lease-77$/)
    const two = await succeeded(good)
    await two.result
    expect(JSON.parse(two.asked[0]?.body ?? '').name).not.toBe(name)
  })

  test('that came too late is not a failure: it says what was seen', async () => {
    const { result } = await succeeded(failed({ name: 'StaleGeneration', message: 'seen 18', generation: 18 }))
    expect(await result).toEqual({ stale: 18 })
  })

  test.each([
    [
      { status: 'SUCCEEDED', output: JSON.stringify(failed({ name: 'ConnectionRefused', message: 'nobody there' })) },
      'ConnectionRefused: nobody there',
    ],
    [
      { status: 'SUCCEEDED', output: JSON.stringify({ ...good, database: 'preview_04' }) },
      'the result is for preview_04',
    ],
    [{ status: 'SUCCEEDED', output: JSON.stringify({ ...good, version: 2 }) }, 'not valid'],
    [{ status: 'SUCCEEDED', output: 'no JSON' }, 'is not JSON'],
    [
      { status: 'FAILED', error: 'States.Runtime', cause: 'no such function' },
      'ended FAILED: States.Runtime: no such function',
    ],
  ])('that did not succeed is an error: %j', async (ended, message) => {
    const { result } = await preparing(ended)
    await expect(result).rejects.toMatchObject({
      code: 'Rejected',
      object: 'preview_03',
      message: expect.stringContaining(message),
      hint: expect.any(String),
    })
  })
})

describe('secrets', () => {
  const store = async (reply: Reply) => {
    const aws = await awsThat({ GetSecretValue: reply })
    return { aws, secrets: secretsManager(new SecretsManagerClient({ ...awsDefaults, ...aws.client }), signal) }
  }

  test('are read by name, with the version of their value', async () => {
    const { aws, secrets } = await store(json({ SecretString: '{"a":1}', VersionId: 'v-1' }))
    expect(await secrets.read('checks-prepare/preview_03')).toEqual({ text: '{"a":1}', version: 'v-1' })
    expect(JSON.parse(aws.asked[0]?.body ?? '')).toEqual({ SecretId: 'checks-prepare/preview_03' })
  })

  test('that are not there are absent; that may not be read are an error with its cure', async () => {
    const { secrets: none } = await store(fault('ResourceNotFoundException'))
    expect(await none.read('checks-prepare/preview_03')).toBeUndefined()
    const { secrets: denied } = await store(fault('AccessDeniedException'))
    await expect(denied.read('checks-prepare/preview_03')).rejects.toMatchObject({
      code: 'AccessDenied',
      hint: expect.stringContaining('secretsmanager:GetSecretValue'),
    })
  })
})
