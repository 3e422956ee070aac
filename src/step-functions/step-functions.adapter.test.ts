import { SFNClient } from '@aws-sdk/client-sfn'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Reply, scriptedAws } from '../../test/scripted-aws.ts'
import { input, passed } from '../../test/smoke-example.ts'
import { awsDefaults } from '../aws/client.ts'
import { smokeCheck } from '../smoke/check.ts'
import type { Say } from '../step.ts'
import { stepFunctions } from './step-functions.ts'

const MACHINE = 'arn:aws:states:us-east-1:111122223333:stateMachine:checks'
const EXECUTION = 'arn:aws:states:us-east-1:111122223333:execution:checks:preview-1'

const json = (body: object, status = 200): Reply => ({ status, body: JSON.stringify(body) })
const fault = (name: string, status = 400) => json({ __type: name, message: name }, status)
const started = json({ executionArn: EXECUTION, startDate: 1 })
const running = json({ executionArn: EXECUTION, status: 'RUNNING' })
const succeeded = json({ executionArn: EXECUTION, status: 'SUCCEEDED', output: JSON.stringify(passed) })

const closers: (() => Promise<void>)[] = []
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0)) // no back-off
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(closers.splice(0).map((close) => close()))
})

/** Replies by operation, each list in turn; the last one again and again. */
const machineWith = async (script: Record<string, Reply[]>, run = new AbortController()) => {
  const aws = await scriptedAws(({ target }) => {
    const replies = script[target.replace('AWSStepFunctions.', '')]
    if (!replies) return fault('UnknownOperationException')
    return (replies.length > 1 ? replies.shift() : replies[0]) as Reply
  })
  closers.push(aws.close)
  const client = new SFNClient({ ...awsDefaults, ...aws.client })
  const calls = () => aws.asked.map(({ target }) => target.replace('AWSStepFunctions.', ''))
  return { machine: stepFunctions(client, MACHINE, run.signal), asked: aws.asked, calls, run }
}

const told: string[] = []
const tell = (text: string) => void told.push(text)
const say: Say = { info: tell, warning: tell, debug: tell, detail: tell, unchanged: tell, skipped: tell, link: tell }
const check = async (
  script: Record<string, Reply[]>,
  more: { required?: boolean; timeout?: number; run?: AbortController } = {},
) => {
  told.length = 0
  const { machine, asked, calls, run } = await machineWith(script, more.run)
  const { required = true, timeout = 30_000 } = more
  const report = smokeCheck(machine, input, { name: 'preview-1', timeout, required, signal: run.signal, say })
  return { report, asked, calls }
}

describe('start', () => {
  test('sends name and input, and returns the execution', async () => {
    const { machine, asked } = await machineWith({ StartExecution: [started] })
    expect(await machine.start('preview-1', JSON.stringify(input))).toBe(EXECUTION)
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      stateMachineArn: MACHINE,
      name: 'preview-1',
      input: JSON.stringify(input),
    })
  })

  test('a lost answer is asked for again, with the same bytes', async () => {
    const { machine, asked } = await machineWith({ StartExecution: ['lost', started] })
    expect(await machine.start('preview-1', JSON.stringify(input))).toBe(EXECUTION)
    expect(asked[1]?.body).toBe(asked[0]?.body)
  })

  test('a lost answer of an execution that is over already is found again', async () => {
    const over = json({ executionArn: EXECUTION, status: 'SUCCEEDED', input: JSON.stringify(input) })
    const { machine } = await machineWith({
      StartExecution: ['lost', fault('ExecutionAlreadyExists')],
      DescribeExecution: [over],
    })
    expect(await machine.start('preview-1', JSON.stringify(input))).toBe(EXECUTION)
  })

  test('an execution of that name with another input is not ours', async () => {
    const over = json({ executionArn: EXECUTION, status: 'SUCCEEDED', input: '{}' })
    const { machine } = await machineWith({
      StartExecution: [fault('ExecutionAlreadyExists')],
      DescribeExecution: [over],
    })
    await expect(machine.start('preview-1', JSON.stringify(input))).rejects.toMatchObject({ code: 'Rejected' })
  })

  test.each([
    ['StateMachineDoesNotExist', 'NotFound', MACHINE],
    ['AccessDeniedException', 'AccessDenied', 'states:StartExecution'],
    ['StateMachineDeleting', 'Rejected', 'StateMachineDeleting'],
    ['KmsAccessDeniedException', 'Rejected', 'KmsAccessDeniedException'],
  ])('%s is told once', async (name, code, text) => {
    const { machine, calls } = await machineWith({ StartExecution: [fault(name)] })
    await expect(machine.start('preview-1', JSON.stringify(input))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    })
    expect(calls()).toEqual(['StartExecution'])
  })

  test('an EXPRESS state machine is refused', async () => {
    const express = json({
      executionArn: 'arn:aws:states:us-east-1:111122223333:express:checks:preview-1:uuid',
      startDate: 1,
    })
    const { machine } = await machineWith({ StartExecution: [express] })
    await expect(machine.start('preview-1', JSON.stringify(input))).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining('EXPRESS'),
    })
  })
})

describe('smoke check', () => {
  test('waits through not known yet, throttling and running', async () => {
    const script = {
      StartExecution: [started],
      DescribeExecution: [fault('ExecutionDoesNotExist'), fault('ThrottlingException'), running, succeeded],
    }
    const { report, calls } = await check(script)
    expect(await report).toEqual({
      ok: true,
      result: passed,
      executionUrl: expect.stringContaining(encodeURIComponent(EXECUTION)),
    })
    expect(calls()).toEqual(['StartExecution', ...Array(4).fill('DescribeExecution')])
    expect(told).toContain('1 of 1 passed')
  })

  test('an execution that failed is a report, not an error', async () => {
    const { report } = await check({
      StartExecution: [started],
      DescribeExecution: [json({ status: 'FAILED', error: 'Boom', cause: 'why' })],
    })
    expect(await report).toMatchObject({ ok: false, problem: 'the execution ended FAILED: Boom: why' })
  })

  test('one that does not end in time is stopped', async () => {
    const { report, calls } = await check(
      { StartExecution: [started], DescribeExecution: [running], StopExecution: [json({ stopDate: 1 })] },
      { timeout: 600 },
    )
    expect(await report).toMatchObject({ ok: false, problem: expect.stringContaining('it is RUNNING') })
    expect(calls().at(-1)).toBe('StopExecution')
  })

  test('one that is over need not be stopped', async () => {
    const refused = { StopExecution: [fault('ValidationException')] }
    const over = await machineWith({ ...refused, DescribeExecution: [succeeded] })
    await expect(over.machine.stop(EXECUTION, 'why')).resolves.toBeUndefined()
    const alive = await machineWith({ ...refused, DescribeExecution: [running] })
    await expect(alive.machine.stop(EXECUTION, 'why')).rejects.toMatchObject({ code: 'Rejected' })
  })

  test('a cancel stops it', async () => {
    const run = new AbortController()
    const { report, calls } = await check(
      { StartExecution: [started], DescribeExecution: [running], StopExecution: [json({ stopDate: 1 })] },
      { run },
    )
    await vi.waitFor(() => expect(calls()).toContain('DescribeExecution'), { timeout: 10_000 })
    run.abort()
    await expect(report).rejects.toMatchObject({ code: 'Cancelled' })
    expect(calls().at(-1)).toBe('StopExecution')
  })

  test('one that cannot be started fails only where it is required', async () => {
    const denied = { StartExecution: [fault('AccessDeniedException')] }
    await expect((await check(denied)).report).rejects.toMatchObject({ code: 'AccessDenied' })
    expect(await (await check(denied, { required: false })).report).toMatchObject({
      ok: false,
      problem: expect.stringContaining('states:StartExecution'),
    })
  })
})
