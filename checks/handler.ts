import { S3Client } from '@aws-sdk/client-s3'
import { ContractError, parseSmokeInput, parseSmokeResult, type SmokeInput, type SmokeResult } from './contract.ts'
import { reportStore } from './report-store.ts'
import { fitted, mergeCases, resultOf } from './result.ts'
import { readSettings } from './settings.ts'
import { runSuite } from './suite-run.ts'

/** What the state machine sends: `execution` is its ARN, `previous` this function's own answer to the attempt before, or null. */
export type Attempt = { input: unknown; execution: string; attempt: number; previous: unknown }

type Context = { getRemainingTimeInMillis?: () => number }
/** What is left of the function's time when every check has to be over, for the report. */
const RESERVE_MS = 20_000
const WITHOUT_CONTEXT_MS = 240_000

const s3 = new S3Client({})

/** One attempt: runs what has not passed yet and answers with the result of all attempts so far. */
export const handler = async (
  { input: given, execution, attempt, previous: answer }: Attempt,
  context?: Context,
): Promise<SmokeResult> => {
  const began = Date.now()
  const now = new Date(began).toISOString()
  let input: SmokeInput
  let previous: SmokeResult | null
  try {
    input = parseSmokeInput(given)
    previous = answer === null ? null : parseSmokeResult(answer)
  } catch (error) {
    if (error instanceof ContractError) return refusal(error, now)
    throw error
  }
  const { domain, looks, reports } = readSettings(process.env)
  const store = reportStore(s3, reports, { input, execution })
  const before = previous?.cases ?? []
  const passed = before.filter((each) => each.status === 'passed').map(({ app, name }) => ({ app, name }))
  const deadline = began + (context?.getRemainingTimeInMillis?.() ?? WITHOUT_CONTEXT_MS) - RESERVE_MS
  const [earlier, run] = await Promise.all([
    previous === null ? [] : store.readExchanges(),
    runSuite({ input, domain, passed, deadline, looks }),
  ])
  const cases = mergeCases(before, attempt, run.cases)
  const exchanges = [
    // A Lambda that is called again for one attempt, as services do after an error of their own, counts once.
    ...earlier.filter((each) => each.attempt !== attempt),
    ...run.exchanges.map((each) => ({ ...each, attempt })),
  ]
  const started = previous?.started ?? now
  const checked = fitted(resultOf({ input, cases, error: run.error, report: null, started, now: Date.now() }))
  return { ...checked, report: await store.write(checked, exchanges) }
}

const refusal = ({ name, message }: ContractError, started: string): SmokeResult => {
  const error = { name, message: message.slice(0, 4000) }
  return resultOf({ input: null, cases: [], error, report: null, started, now: Date.parse(started) })
}
