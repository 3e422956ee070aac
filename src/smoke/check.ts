import { type SmokeInput, smokeInputJson } from '../../checks/contract.ts'
import { isCode, PreviewError } from '../errors.ts'
import type { SmokeReport } from '../report/report.ts'
import type { Say } from '../step.ts'
import { ended, messageOf } from '../step-functions/execution.ts'
import type { Execution, StateMachine } from '../step-functions/state-machine.ts'
import { reportUrl } from './report-url.ts'
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
    arn = await machine.start(name, smokeInputJson(input))
  } catch (error) {
    if (required || isCode(error, 'Cancelled')) throw error
    return told({ ok: false, problem: messageOf(error), executionUrl: '' }, say)
  }
  const executionUrl = machine.consoleUrl(arn)
  say.link(executionUrl)
  let execution: Execution
  try {
    execution = await ended(machine, arn, { timeout: run.timeout, signal, warn: say.warning })
  } catch (error) {
    if (signal.aborted) throw error
    return told({ ok: false, problem: messageOf(error), executionUrl }, say)
  }
  const verdict = verdictOf(execution, input)
  if ('problem' in verdict) return told({ ok: false, problem: verdict.problem, executionUrl }, say)
  const { result } = verdict
  const url = reportUrl(result.report, input, arn)
  return told({ ok: result.ok, result, executionUrl, ...(url && { reportUrl: url }) }, say)
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

const told = (report: SmokeReport, say: Say): SmokeReport => {
  const { problem, result } = report
  if (result) say.detail(`${result.counts.passed} of ${result.cases.length} passed`)
  if (problem !== undefined) say.warning(problem)
  return report
}
