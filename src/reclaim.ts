import { claim, claimAbsent, readRecord } from './cluster/record.ts'
import type { Pool, Tenant } from './database/pool.ts'
import { isCode } from './errors.ts'
import { removalWishOf } from './hold.ts'
import { environmentOf } from './names.ts'
import type { DeployPlan } from './plan.ts'
import type { Dns } from './ports.ts'
import { deploymentIn } from './report/deployment.ts'
import type { Report } from './report/report.ts'
import { nameOf } from './resolve.ts'
import type { Say } from './step.ts'
import { messageOf } from './step-functions/execution.ts'
import type { Story } from './story.ts'
import { takeAway } from './teardown.ts'

/** A close has a run of its own, which needs its time: who comes earlier would only get in its way. */
const SETTLED = 10 * 60_000

/**
 * Removes previews of this repository that hold a database although their pull requests were closed: their own runs were
 * killed, or never came. `true` when one was removed. On any doubt a preview stays.
 */
export const reclaim = async (
  pool: Pool,
  plan: DeployPlan,
  dns: Dns | undefined,
  story: Story,
  say: Say,
): Promise<boolean> => {
  const { of } = story
  const tenants = Object.values(pool.slots).flatMap((slot) => (slot.state === 'leased' ? [slot.tenant] : []))
  for (const tenant of tenants) {
    // Only this repository's pull requests can be read with its token.
    if (tenant.repositoryId !== of.repositoryId || tenant.environment === plan.environment.id) continue
    try {
      if (await removeAbandoned(tenant, plan, dns, story, say)) return true
    } catch (error) {
      if (of.signal.aborted || isCode(error, 'Cancelled')) throw error
      say.warning(`the preview of ${tenant.branch} could not be removed: ${messageOf(error)}`)
    }
  }
  return false
}

const removeAbandoned = async (
  tenant: Tenant,
  { settings }: DeployPlan,
  dns: Dns | undefined,
  story: Story,
  say: Say,
): Promise<boolean> => {
  const { to, of, report } = story
  const { branch, pullRequests } = tenant
  const environment = environmentOf(
    { repository: of.repository, repositoryId: of.repositoryId, branch },
    settings.pureId,
  )
  if (environment.id !== tenant.environment || !(await isAbandoned(tenant, story))) return false
  say.info(`nobody wants the preview of ${branch} any more, and it holds a database: removing it`)

  const wish = removalWishOf(of, environment, settings)
  const found = await readRecord(to.cluster, of.namespace, environment)
  const mine =
    found === undefined
      ? await claimAbsent(to.cluster, { ...wish, phase: 'Terminating' })
      : await claim(to.cluster, wish, { signal: of.signal, say })
  if (mine === undefined) return false
  if (found !== undefined && !(await isAbandoned(tenant, story))) {
    await mine.giveBack()
    return false
  }
  const last = pullRequests.at(-1)
  const pullRequest = last === undefined ? undefined : await to.pullRequests.get(last)
  const theirs: Report = {
    intent: { kind: 'teardown', target: { branch }, force: false },
    status: 'removed',
    environment,
    life: { uid: mine.uid, generation: mine.generation },
    deployment: deploymentIn(settings, environment, last),
    ...(pullRequest === undefined ? {} : { pullRequest: nameOf(pullRequest) }),
    apps: [],
    changes: [],
    receipt: [],
    steps: [],
    warnings: [],
    startedAt: new Date().toISOString(),
    ms: 0,
    run: report.run,
  }
  await takeAway(mine, settings, dns, { ...story, report: theirs }, found?.record)
  await to.tellOf(theirs, pullRequests)
  return true
}

/** Every pull request that had it is closed, for a while already, and no other has its branch. */
const isAbandoned = async ({ branch, pullRequests }: Tenant, { to }: Story): Promise<boolean> => {
  if ((await to.pullRequests.openFor(branch)).length > 0) return false
  const known = await Promise.all(pullRequests.map((number) => to.pullRequests.get(number)))
  return known.every(
    (pr) => pr === undefined || (pr.closedAt !== undefined && Date.now() - Date.parse(pr.closedAt) > SETTLED),
  )
}
