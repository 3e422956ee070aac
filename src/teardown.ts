import { type Claim, claim, readRecord } from './cluster/record.ts'
import { remove } from './cluster/remove.ts'
import { IN_SYNC_TIMEOUT } from './dns/in-sync.ts'
import { removeDns } from './dns/remove.ts'
import { isCode, PreviewError } from './errors.ts'
import type { Intent } from './event.ts'
import { environmentOf, recordName } from './names.ts'
import type { PullRequestName } from './plan.ts'
import type { Dns } from './ports.ts'
import { nameOf, nothingAt, readSettings } from './resolve.ts'
import type { Settings } from './settings.ts'
import { stopSmoke } from './smoke/story.ts'
import type { Say } from './step.ts'
import type { Story } from './story.ts'

type Subject = { branch: string; pullRequests: number[]; pullRequest?: PullRequestName }
type Teardown = Extract<Intent, { kind: 'teardown' }>

/** Removes everything of an environment, in an order in which nothing points at what is already gone, and proves it. */
export const teardown = async (intent: Teardown, story: Story): Promise<void> => {
  const { to, of, run, report } = story
  const { environment, pullRequests, settings, found } = await run.step('Read what is to be removed', (say) =>
    lookUp(intent, story, say),
  )
  report.environment = environment
  if (found === undefined) {
    report.status = 'removed'
    return
  }
  report.status = 'removing'
  const { mine, dns } = await run.step('Claim the environment', async (say) => {
    const dns = await to.dns(settings)
    const holder = { run: of.id, attempt: of.attempt, url: of.url }
    const wish = { namespace: of.namespace, environment, phase: 'Terminating' as const, holder, now: () => new Date() }
    const mine = await claim(to.cluster, wish, { signal: of.signal, say })
    report.life = { uid: mine.uid, generation: mine.generation }
    say.detail(`generation ${mine.generation}`)
    return { mine, dns }
  })
  const told = to.announce(pullRequests)
  try {
    if (!found.record.released)
      await run.step('Stop the smoke check', (say) => stopSmoke(found.record, to.stateMachine(settings), say))
    await takeAway(mine, settings, dns, story)
    report.status = 'removed'
  } finally {
    await told
  }
}

/** Everything but the claim: also what a deploy does when it finds its pull request closed. */
export const takeAway = async (mine: Claim, settings: Settings, dns: Dns | undefined, story: Story): Promise<void> => {
  try {
    if (mine.record.phase !== 'Terminating') await mine.update({ phase: 'Terminating' })
    await removeAll(mine, settings, dns, story)
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
): Promise<void> => {
  const { environment, record } = mine
  if (dns && record.hosts.length > 0) {
    await run.step('Remove the DNS records', async (say) => {
      const wish = { hosts: record.hosts, environment }
      const lines = await removeDns(dns.zone, wish, { timeout: IN_SYNC_TIMEOUT, signal: of.signal, say })
      report.receipt.push(...lines)
    })
  }
  await run.step('Remove the objects', async (say) => {
    const lines = await remove(to.cluster, mine, { timeout: settings.timeouts.remove, signal: of.signal, say })
    report.receipt.push(...lines)
    say.detail(`${lines.length} objects`)
  })
  await run.step('Remove the record', async () => {
    await mine.remove()
    report.receipt.push({ subject: `ConfigMap/${mine.namespace}/${recordName(environment)}`, gone: true })
  })
}

const lookUp = async (intent: Teardown, story: Story, say: Say) => {
  const { to, of, report } = story
  const [subject, settings] = await Promise.all([subjectOf(intent, story), readSettings(to.cluster, of)])
  if (subject.pullRequest) report.pullRequest = subject.pullRequest
  const { repository, repositoryId } = of
  const environment = environmentOf({ repository, repositoryId, branch: subject.branch }, settings.pureId)
  const found = await readRecord(to.cluster, of.namespace, environment)
  say.detail(found ? `environment ${environment.short}, ${found.record.members.length} objects` : 'nothing is there')
  const pullRequests = [...new Set([...subject.pullRequests, ...(found?.record.pullRequests ?? [])])]
  return { environment, pullRequests, settings, found }
}

/** The branch that is meant, and whom to tell. An event's teardown gives way to an open pull request; one by hand does not. */
const subjectOf = async (intent: Teardown, { to, of }: Story): Promise<Subject> => {
  const { target, force } = intent
  if ('branch' in target) {
    const open = await to.pullRequests.openFor(target.branch)
    return { branch: target.branch, pullRequests: open.map(({ number }) => number) }
  }
  const pr = await to.pullRequests.get(target.pullRequest)
  if (pr === undefined) throw nothingAt(target)
  if (pr.head.repository !== undefined && pr.head.repository !== of.repository)
    throw new PreviewError('Superseded', `#${pr.number} came from a fork and never had a preview`)
  const open = await to.pullRequests.openFor(pr.head.branch)
  const keeper = open[0]
  if (keeper !== undefined && !force)
    throw new PreviewError(
      'Superseded',
      keeper.number === pr.number ? `#${pr.number} is open again` : `#${keeper.number} has the same branch and is open`,
      { hint: 'the preview stays; close it, or run mode teardown by hand' },
    )
  return { branch: pr.head.branch, pullRequests: [pr.number], pullRequest: nameOf(pr) }
}
