import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { LAMBDA_SERVICE_ERRORS, validateDefinition } from '../testing/definition.ts'

// The first validation compiles a schema for every kind of state, which a busy machine takes seconds for.
vi.setConfig({ testTimeout: 30_000 })

const definition = JSON.parse(readFileSync(path.join(import.meta.dirname, 'prepare-machine.asl.json'), 'utf8'))

test('the definition is valid Amazon States Language', () => {
  const { isValid, errorsText } = validateDefinition(definition)
  expect(errorsText()).toBe('')
  expect(isValid).toBe(true)
})

test('the lint would notice a mistake', () => {
  const broken = structuredClone(definition)
  broken.States.PrepareDatabase.Next = 'Nowhere'
  expect(validateDefinition(broken).isValid).toBe(false)
})

test('errors of the Lambda service are retried, every other one becomes a result', () => {
  const { PrepareDatabase } = definition.States
  expect(PrepareDatabase.Retry[0].ErrorEquals.toSorted()).toEqual(LAMBDA_SERVICE_ERRORS)
  expect(PrepareDatabase.Catch).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'CouldNotPrepare' }])
})

test('no execution can run for ever, and none ends before its function has', () => {
  const { States, TimeoutSeconds } = definition
  const [{ MaxAttempts, IntervalSeconds, BackoffRate }] = States.PrepareDatabase.Retry
  const pauses = Array.from({ length: MaxAttempts }, (_, at) => IntervalSeconds * BackoffRate ** at)
  const longest = (MaxAttempts + 1) * States.PrepareDatabase.TimeoutSeconds + pauses.reduce((sum, each) => sum + each)
  expect(TimeoutSeconds).toBeGreaterThan(longest)
})
