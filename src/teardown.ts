import { subject } from './cluster/cluster.ts'
import { type Claim, claim, readRecord } from './cluster/record.ts'
import type { EnvironmentRecord } from './cluster/record-state.ts'
import { remove } from './cluster/remove.ts'
import { releaseDatabase } from './database/release.ts'
import { IN_SYNC_TIMEOUT } from './dns/in-sync.ts'
import { removeDns } from './dns/remove.ts'
import { isCode, PreviewError } from './errors.ts'
import type { Intent } from './event.ts'
import { removalWishOf, whileHeld } from './hold.ts'
import { type Environment, environmentOf } from './names.ts'
import type { PullRequestName } from './plan.ts'
import type { Dns } from './ports.ts'
import { deploymentIn } from './report/deployment.ts'
import { keeperOf, nameOf, nothingAt, readSettings } from './resolve.ts'
import type { Settings } from './settings.ts'
import { stopSmoke } from './smoke/story.ts'
import type { Say } from './step.ts'
import type { Story } from './story.ts'

type Subject = { branch: string; pullRequests: number[]; pullRequest?: PullRequestName }
type Teardown = Extract<Intent, { kind: 'teardown' }>

/** Removes everything of an environment, in an order in which nothing points at what is already gone, and proves it. */
export const teardown = async (intent: Teardown, story: Story): Promise<void> => {
  const { to, run, report } = story
  const { environment, pullRequests, settings, found } = await run.step('Read what is to be removed', (say) =>
    lookUp(intent, story, say),
  )
  report.environment = environment
  report.deployment = deploymentIn(settings, environment, report.pullRequest?.number)
  if (found === undefined) {
    if (intent.why) report.intent = { kind: 'skip', ...intent.why }
    report.status = intent.why ? 'skipped' : 'removed'
    return
  }
  report.status = 'removing'
  const { mine, dns } = await run.step('Claim the environment', async (say) => {
    const dns = await to.dns(settings)
    const mine = await claimToRemove(intent, environment, settings, story, say)
    report.life = { uid: mine.uid, generation: mine.generation }
    say.detail(`generation ${mine.generation}`)
    return { mine, dns }
  })
  const told = to.announce(pullRequests)
  try {
    await takeAway(mine, settings, dns, story, found.record)
    report.status = 'removed'
  } finally {
    await told
  }
}

/**
 * By hand it goes whatever GitHub says. Otherwise GitHub is asked again after the claim: the pull request may have been
 * opened again, or have its label again, and its run come before. Until the answer the record stays what it was.
 */
const claimToRemove = async (
  intent: Teardown,
  environment: Environment,
  settings: Settings,
  story: Story,
  say: Say,
): Promise<Claim> => {
  const { to, of } = story
  const wish = removalWishOf(of, environment, settings)
  if (intent.force) return claim(to.cluster, { ...wish, phase: 'Terminating' }, { signal: of.signal, say })
  const mine = await claim(to.cluster, wish, { signal: of.signal, say })
  try {
    await subjectOf(intent, settings, story)
    await mine.update({ phase: 'Terminating' })
    return mine
  } catch (error) {
    await mine.giveBack().catch(() => undefined)
    throw error
  }
}

/** Everything but the claim: also what a deploy does when it finds its pull request closed. `before`: whose smoke check may run. */
export const takeAway = async (
  mine: Claim,
  settings: Settings,
  dns: Dns | undefined,
  story: Story,
  before?: EnvironmentRecord,
): Promise<void> => {
  try {
    if (mine.record.phase !== 'Terminating') await mine.update({ phase: 'Terminating' })
    await whileHeld(mine, story, (held) => removeAll(mine, settings, dns, held, before))
  } catch (error) {
    // So that the next run goes on from here at once. Not after a cancel: a request may still be on its way.
    if (!isCode(error, 'Superseded', 'Cancelled')) await mine.release({}).catch(() => undefined)
    throw error
  }
}

const removeAll = async (
  mine: Claim,
  settings: Settings,
  dns: Dns | undefined,
  { to, of, run, report }: Story,
  before: EnvironmentRecord | undefined,
): Promise<void> => {
  const { environment, record } = mine
  const { attempt, finish } = attempts()
  if (before !== undefined && !before.released)
    await attempt(() => run.step('Stop the smoke check', (say) => stopSmoke(before, to.stateMachine(settings), say)))
  if (dns && record.hosts.length > 0)
    await attempt(() =>
      run.step('Remove the DNS records', async (say) => {
        const wish = { hosts: record.hosts, environment }
        const lines = await removeDns(dns.zone, wish, { timeout: IN_SYNC_TIMEOUT, signal: of.signal, say })
        report.receipt.push(...lines)
      }),
    )
  await attempt(() =>
    run.step('Remove the objects', async (say) => {
      const lines = await remove(to.cluster, mine, { timeout: settings.timeouts.remove, signal: of.signal, say })
      report.receipt.push(...lines)
      say.detail(`${lines.length} objects`)
    }),
  )
  finish()
  await run.step('Release the database', (say) =>
    releaseDatabase(mine, settings.database, { to, of, run, report }, say),
  )
  await run.step('Remove the record', async () => {
    await mine.remove()
    report.receipt.push({ subject: subject(mine.ref), gone: true })
  })
}

/** One that fails does not keep the next from being tried; the record stays, so that a later run does the rest. */
const attempts = () => {
  const failures: PreviewError[] = []
  return {
    attempt: async (act: () => Promise<void>): Promise<void> => {
      try {
        await act()
      } catch (error) {
        if (!(error instanceof PreviewError) || isCode(error, 'Superseded', 'Cancelled')) throw error
        failures.push(error)
      }
    },
    finish: (): void => {
      const [first, ...more] = failures
      if (first === undefined) return
      if (more.length === 0) throw first
      const problems = failures.flatMap(({ step, message, problems }) => [
        { message: `${step}: ${message}` },
        ...problems,
      ])
      const hint = first.hint === undefined ? {} : { hint: first.hint }
      throw new PreviewError(first.code, `${failures.length} steps of the removal failed`, {
        ...hint,
        problems,
        cause: first,
      })
    },
  }
}

const lookUp = async (intent: Teardown, story: Story, say: Say) => {
  const { to, of, report } = story
  const settings = await readSettings(to.cluster, of)
  const subject = await subjectOf(intent, settings, story)
  if (subject.pullRequest) report.pullRequest = subject.pullRequest
  const { repository, repositoryId } = of
  const environment = environmentOf({ repository, repositoryId, branch: subject.branch }, settings.pureId)
  const found = await readRecord(to.cluster, of.namespace, environment)
  say.detail(found ? `environment ${environment.short}, ${found.record.members.length} objects` : 'nothing is there')
  const pullRequests = [...new Set([...subject.pullRequests, ...(found?.record.pullRequests ?? [])])]
  return { environment, pullRequests, settings, found }
}

/** The branch that is meant, and whom to tell. An event's teardown gives way to an open pull request that keeps the preview. */
const subjectOf = async (
  { target, force, why }: Teardown,
  { rules }: Settings,
  { to, of }: Story,
): Promise<Subject> => {
  if ('branch' in target) {
    const open = await to.pullRequests.openFor(target.branch)
    return { branch: target.branch, pullRequests: open.map(({ number }) => number) }
  }
  const pr = await to.pullRequests.get(target.pullRequest)
  if (pr === undefined) throw nothingAt(target)
  if (pr.head.repository !== undefined && pr.head.repository !== of.repository)
    throw new PreviewError('Superseded', `#${pr.number} came from a fork and never had a preview`)
  const keeper = force ? undefined : await keeperOf(to.pullRequests, pr.head.branch, rules)
  if (keeper !== undefined) {
    const again = why === undefined ? 'is open again' : 'may have its preview again'
    throw new PreviewError(
      'Superseded',
      keeper.number === pr.number ? `#${pr.number} ${again}` : `#${keeper.number} has the same branch and is open`,
      { hint: 'the preview stays; close it, or run mode teardown by hand' },
    )
  }
  return { branch: pr.head.branch, pullRequests: [pr.number], pullRequest: nameOf(pr) }
}
