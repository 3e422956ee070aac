import type { EnvironmentRecord } from '../cluster/record-state.ts'
import { type DeployPlan, hostsOf } from '../plan.ts'
import type { Say } from '../step.ts'
import type { StateMachine } from '../step-functions/state-machine.ts'
import type { Story } from '../story.ts'
import { executionName, smokeCheck, smokeFailure } from './check.ts'
import { inputOf } from './input.ts'
import { newsSince, previousOf } from './memory.ts'

/** `before`: what the environment's record says of the check before. */
export const checkSmoke = async (
  plan: DeployPlan,
  { to, of, report }: Story,
  say: Say,
  before: EnvironmentRecord,
): Promise<void> => {
  const machine = to.stateMachine(plan.settings)
  const { smoke, timeouts } = plan.settings
  if (machine === undefined || smoke === undefined) return say.skipped('no state machine')
  if (hostsOf(plan).length === 0) return say.skipped('no app has a URL')
  const name = executionName({ environment: plan.environment.id, commit: plan.commit, run: of.id, attempt: of.attempt })
  const { required } = smoke
  const previous = previousOf(before)
  const checked = await smokeCheck(machine, inputOf(plan, { database: report.database, runUrl: of.url, previous }), {
    name,
    timeout: timeouts.smoke,
    required,
    signal: of.signal,
    say,
  })
  const { ok, result } = checked
  const news = result && newsSince(previous, result)
  report.smoke = { ...checked, ...(news && { news }) }
  if (!ok && required) throw smokeFailure(report.smoke)
  if (!ok || plan.settings.probe !== 'vpc') return
  const answered = result?.commitVerified ? 'proven' : 'rollout'
  report.apps = report.apps.map((app) => (app.url === undefined ? app : { ...app, answered }))
}

/** A run that was ended in the middle may have left its check running: its name tells which it is. */
export const stopSmoke = async (
  record: EnvironmentRecord,
  machine: StateMachine | undefined,
  say: Say,
): Promise<void> => {
  if (machine === undefined || record.sha === undefined) return say.skipped('none was running')
  const { run, attempt } = record.holder
  const name = executionName({ environment: record.id, commit: record.sha, run, attempt })
  await machine.stop(machine.arnOf(name), 'the environment is being removed')
}
