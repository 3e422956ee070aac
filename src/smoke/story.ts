import { CONTRACT_VERSION, type SmokeInput } from '../../checks/contract.ts'
import type { EnvironmentRecord } from '../cluster/record-state.ts'
import type { DeployPlan } from '../plan.ts'
import type { Say } from '../step.ts'
import type { StateMachine } from '../step-functions/state-machine.ts'
import type { Story } from '../story.ts'
import { executionName, smokeCheck, smokeFailure } from './check.ts'

/** First part of every report's key; the action's role may read below it and nowhere else. */
const REPORT_PREFIX = 'preview'
const WAIT_SECONDS = 5

export const checkSmoke = async (plan: DeployPlan, { to, of, report }: Story, say: Say): Promise<void> => {
  const machine = to.stateMachine(plan.settings)
  const { smoke, timeouts } = plan.settings
  if (machine === undefined || smoke === undefined) return say.skipped('no state machine')
  const name = executionName({ environment: plan.environment.id, commit: plan.commit, run: of.id, attempt: of.attempt })
  const { required } = smoke
  report.smoke = await smokeCheck(machine, inputOf(plan, report.database, of.url), {
    name,
    timeout: timeouts.smoke,
    required,
    signal: of.signal,
    say,
  })
  const { ok, result } = report.smoke
  if (!ok && required) throw smokeFailure(report.smoke)
  if (!ok || plan.settings.probe !== 'vpc') return
  const answered = result?.commitVerified ? 'proven' : 'rollout'
  report.apps = report.apps.map((app) => ({ ...app, answered }))
}

const inputOf = (plan: DeployPlan, leased: string | undefined, runUrl: string): SmokeInput => ({
  version: CONTRACT_VERSION,
  environment: {
    id: plan.environment.id,
    repository: plan.environment.owner.repository,
    branch: plan.environment.owner.branch,
  },
  pullRequest: plan.pullRequest.number,
  commit: plan.commit,
  run: { url: runUrl },
  apps: plan.apps.map(({ name, url, config: { health, commit } }) => ({
    name,
    url,
    health,
    ...(commit ? { commit } : {}),
  })),
  database: plan.database && leased ? { engine: plan.database.settings.engine, name: leased } : null,
  dependencies: [],
  checks: [],
  attempts: plan.smokeAttempts,
  waitSeconds: WAIT_SECONDS,
  previous: null,
  report: { prefix: REPORT_PREFIX },
})

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
