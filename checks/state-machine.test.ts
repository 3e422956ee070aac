import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { LAMBDA_SERVICE_ERRORS, validateDefinition } from './testing/definition.ts'

// The first validation compiles a schema for every kind of state, which a busy machine takes seconds for.
vi.setConfig({ testTimeout: 30_000 })

const definition = JSON.parse(readFileSync(path.join(import.meta.dirname, 'state-machine.asl.json'), 'utf8'))

test('the definition is valid Amazon States Language', () => {
  const { isValid, errorsText } = validateDefinition(definition)
  expect(errorsText()).toBe('')
  expect(isValid).toBe(true)
})

test('the lint would notice a mistake', () => {
  const broken = structuredClone(definition)
  broken.States.IsItEnough.Default = 'Nowhere'
  expect(validateDefinition(broken).isValid).toBe(false)
})

test('errors of the Lambda service are retried, every other one becomes a result', () => {
  const { CheckAppStatus } = definition.States
  expect(CheckAppStatus.Retry[0].ErrorEquals.toSorted()).toEqual(LAMBDA_SERVICE_ERRORS)
  expect(CheckAppStatus.Catch).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'CouldNotCheck' }])
})

test('no execution can run for ever', () => {
  const { States, TimeoutSeconds } = definition
  // Ten attempts, each as long as it may be, with the longest waits between them.
  expect(TimeoutSeconds).toBeGreaterThanOrEqual(10 * States.CheckAppStatus.TimeoutSeconds)
})
