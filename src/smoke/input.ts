import { CONTRACT_VERSION, type SmokeInput } from '../../checks/contract.ts'
import type { DeployPlan } from '../plan.ts'

/** First part of every report's key; the action's role may read below it and nowhere else. */
const REPORT_PREFIX = 'preview'
const WAIT_SECONDS = 5

type Now = {
  /** Name of the leased one. */
  database: string | undefined
  runUrl: string
  previous: SmokeInput['previous']
}

/** What is asked of whoever checks. Pure. */
export const inputOf = (plan: DeployPlan, { database, previous, runUrl }: Now): SmokeInput => ({
  version: CONTRACT_VERSION,
  environment: {
    id: plan.environment.id,
    repository: plan.environment.owner.repository,
    branch: plan.environment.owner.branch,
  },
  pullRequest: plan.pullRequest.number,
  commit: plan.commit,
  run: { url: runUrl },
  apps: plan.apps.flatMap(({ name, address, logsUrl, config: { commit } }) =>
    address === undefined
      ? []
      : [
          {
            name,
            url: address.url,
            health: address.health,
            ...(commit ? { commit } : {}),
            ...(logsUrl === undefined ? {} : { logs: logsUrl }),
          },
        ],
  ),
  database: plan.database && database ? { engine: plan.database.settings.engine, name: database } : null,
  dependencies: dependenciesOf(plan),
  checks: checksOf(plan),
  attempts: plan.smokeAttempts,
  waitSeconds: WAIT_SECONDS,
  previous,
  report: { prefix: REPORT_PREFIX },
})

const checksOf = ({ apps }: DeployPlan): SmokeInput['checks'] =>
  apps.flatMap(({ name: app, config }) =>
    Object.entries(config.checks ?? {}).map(([name, check]) => ({ ...check, app, name })),
  )

/** The queues and buckets that checks look at, by name: where they are is for whoever checks to know. */
const dependenciesOf = ({ apps }: DeployPlan): SmokeInput['dependencies'] => {
  const checks = apps.flatMap(({ config }) => Object.values(config.checks ?? {}))
  const queues = checks.flatMap((check) => (check.kind === 'queue' && check.queue ? [check.queue] : []))
  const buckets = checks.flatMap((check) => (check.kind === 'storage' && check.object ? [check.object.bucket] : []))
  return [
    ...[...new Set(queues)].map((name) => ({ name, kind: 'queue' })),
    ...[...new Set(buckets)].map((name) => ({ name, kind: 'bucket' })),
  ]
}
