import type { SmokeInput } from '../../checks/contract.ts'
import { isCode, PreviewError } from '../errors.ts'
import { pace } from '../pace.ts'
import { poll } from '../poll.ts'
import type { SmokeReport } from '../report/report.ts'
import type { Say } from '../step.ts'
import { reportUrl } from './report-url.ts'
import type { Execution, StateMachine } from './smoke.ts'
import { verdictOf } from './verdict.ts'

type Run = {
  /** From `executionName`. */
  name: string
  timeout: number
  required: boolean
  signal: AbortSignal
  say: Say
}

/**
 * One per run and attempt, so that starting twice starts one execution and a re-run never reads an old result as its own.
 * Step Functions allows 80 characters; this has at most 52 and the two numbers.
 */
export const executionName = (of: { environment: string; commit: string; run: string; attempt: number }): string =>
  `preview-${of.environment}-${of.commit.slice(0, 8)}-${of.run}-${of.attempt}`
    .replace(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 80)

/**
 * Starts the check and waits for what it says. A bad end is returned, not thrown: the report tells it. Throws when it could
 * not be started although it is required, and `Cancelled`, after stopping the execution.
 */
export const smokeCheck = async (machine: StateMachine, input: SmokeInput, run: Run): Promise<SmokeReport> => {
  const { name, required, signal, say } = run
  let arn: string
  try {
    arn = await machine.start(name, input)
  } catch (error) {
    if (required || isCode(error, 'Cancelled')) throw error
    return told({ ok: false, problem: messageOf(error), executionUrl: '' }, say)
  }
  const executionUrl = machine.consoleUrl(arn)
  say.link(executionUrl)
  try {
    const verdict = verdictOf(await finished(machine, arn, run), input)
    if ('problem' in verdict) return told({ ok: false, problem: verdict.problem, executionUrl }, say)
    const { result } = verdict
    const url = reportUrl(result.report, input, arn)
    return told({ ok: result.ok, result, executionUrl, ...(url && { reportUrl: url }) }, say)
  } catch (error) {
    const why = signal.aborted ? 'the run that asked was cancelled' : messageOf(error)
    await machine
      .stop(arn, why)
      .catch((problem: unknown) => say.warning(`${arn} could not be stopped: ${messageOf(problem)}`))
    if (signal.aborted) throw error
    return told({ ok: false, problem: why, executionUrl }, say)
  }
}

/** For a story whose smoke check must be green. */
export const smokeFailure = ({ problem, result, executionUrl }: SmokeReport): PreviewError => {
  const failed = result?.cases.filter(({ status }) => status === 'failed') ?? []
  const why = problem ?? result?.error?.message ?? `${failed.length} of ${result?.cases.length} cases failed`
  return new PreviewError('SmokeFailed', `the smoke check is not green: ${why}`, {
    object: executionUrl,
    hint: 'the preview stays up: open it and the report; the check runs again with the next push or a re-run of the job',
    problems: failed.map((each) => ({
      message: `${each.app ?? 'environment'}: ${each.name}: ${each.message ?? each.status}`,
    })),
  })
}

const finished = async (machine: StateMachine, arn: string, { timeout, signal }: Run): Promise<Execution> => {
  const due = pace(1_000, 10_000)
  let seen = 'Step Functions does not know it yet'
  return await poll({ what: `execution ${arn} to end`, every: 500, timeout, signal, why: () => seen }, async () => {
    if (!due()) return undefined
    const execution = await machine.describe(arn)
    if (execution) seen = `it is ${execution.status}`
    return execution?.status === 'RUNNING' ? undefined : execution
  })
}

const told = (report: SmokeReport, say: Say): SmokeReport => {
  const { problem, result } = report
  if (result) say.detail(`${result.counts.passed} of ${result.cases.length} passed`)
  if (problem !== undefined) say.warning(problem)
  return report
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
