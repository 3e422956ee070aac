import { S3Client } from '@aws-sdk/client-s3'
import { ContractError, parseSmokeInput, parseSmokeResult, type SmokeInput, type SmokeResult } from './contract.ts'
import { storeReport } from './report-store.ts'
import { fitted, mergeCases, resultOf } from './result.ts'
import { runSuite } from './suite-run.ts'

/** What the state machine sends; `previous` is this function's own answer to the attempt before, or null. */
export type Attempt = { input: unknown; execution: string; attempt: number; previous: unknown }

const setting = (name: string): string => {
  const value = process.env[name]
  if (value) return value
  throw new Error(
    `The environment variable ${name} of the Lambda function is not set: deploy it with npm run checks:deploy`,
  )
}

const s3 = new S3Client({})

/** One attempt: runs what has not passed yet and answers with the result of all attempts so far. */
export const handler = async ({
  input: given,
  execution,
  attempt,
  previous: answer,
}: Attempt): Promise<SmokeResult> => {
  const now = new Date().toISOString()
  let input: SmokeInput
  let previous: SmokeResult | null
  try {
    input = parseSmokeInput(given)
    previous = answer === null ? null : parseSmokeResult(answer)
  } catch (error) {
    if (error instanceof ContractError) return refusal(error, now)
    throw error
  }
  const before = previous?.cases ?? []
  const passed = before.filter((each) => each.status === 'passed').map(({ app, name }) => ({ app, name }))
  const run = await runSuite({ input, domain: setting('DOMAIN'), passed })
  const cases = mergeCases(before, attempt, run.cases)
  const started = previous?.started ?? now
  const checked = fitted(resultOf({ input, cases, error: run.error, report: null, started, now: Date.now() }))
  return { ...checked, report: await storeReport(s3, setting('REPORT_BUCKET'), { input, execution, result: checked }) }
}

const refusal = ({ name, message }: ContractError, started: string): SmokeResult => {
  const error = { name, message: message.slice(0, 4000) }
  return resultOf({ input: null, cases: [], error, report: null, started, now: Date.parse(started) })
}
