import { applyAll, type ChangeSet } from './cluster/apply.ts'
import { Unready } from './cluster/diagnose.ts'
import { hasOwnNamespace } from './cluster/namespace.ts'
import { prune } from './cluster/prune.ts'
import { type Claim, claim, Overtaken } from './cluster/record.ts'
import type { RecordChange } from './cluster/record-state.ts'
import { waitReady } from './cluster/wait.ts'
import { copiesOf } from './copies.ts'
import { leaseDatabase } from './database/story.ts'
import { checkDns } from './dns/preflight.ts'
import { isCode } from './errors.ts'
import type { Intent } from './event.ts'
import { whileHeld, wishOf } from './hold.ts'
import { waitForImages } from './images/wait.ts'
import { servingOf, showLastGood } from './last-good.ts'
import { whenOvertaken } from './overtaken.ts'
import { type DeployPlan, hostsOf } from './plan.ts'
import type { Dns } from './ports.ts'
import { askUrls, dropHosts, noteServing, pointHosts } from './reach.ts'
import { reclaim } from './reclaim.ts'
import { render } from './render.ts'
import type { Rendered } from './render-own.ts'
import { deploymentIn } from './report/deployment.ts'
import { askAgain, type Instead, movedOn, resolveDeploy } from './resolve.ts'
import type { Why } from './rules.ts'
import { remembered } from './smoke/memory.ts'
import { checkSmoke } from './smoke/story.ts'
import type { Say } from './step.ts'
import type { Story } from './story.ts'
import { takeAway, teardown } from './teardown.ts'

/** From a pull request's head commit to URLs that answer with it. */
export const deploy = async (intent: Extract<Intent, { kind: 'deploy' }>, story: Story): Promise<void> => {
  const { to, of, run, report } = story
  const plan = await run.step('Read what is wanted', async (say) => {
    const plan = await resolveDeploy(intent, to, of)
    if ('kind' in plan) say.skipped((plan.kind === 'skip' ? plan : plan.why).reason)
    else say.detail(`#${plan.pullRequest.number} at ${plan.commit.slice(0, 7)}, environment ${plan.environment.short}`)
    return plan
  })
  if ('kind' in plan) return await doInstead(plan, story)
  report.environment = plan.environment
  report.pullRequest = plan.pullRequest
  report.commit = plan.commit
  report.failureComment = plan.settings.failureComment
  if (report.place) report.place.namespace = plan.placement.namespace

  const made = await run.step('Render and check', (say) => make(plan, story, say))
  await run.step('Wait for the images', (say) => waitForImages(plan, story, say))
  for (;;) {
    try {
      return await claimAndRollOut(plan, made, story)
    } catch (error) {
      const isOver = !(error instanceof Overtaken) || (await whenOvertaken(error, plan, made.dns, story)) === 'over'
      if (isOver) throw error
    }
  }
}

const doInstead = async (intent: Instead, story: Story): Promise<void> => {
  story.report.intent = intent
  if (intent.kind === 'skip') story.report.status = 'skipped'
  else await teardown(intent, story)
}

type Made = Pick<Rendered, 'objects' | 'sources'> & { dns: Dns | undefined }

const claimAndRollOut = async (plan: DeployPlan, made: Made, story: Story): Promise<void> => {
  const { to, run, report } = story
  const { dns } = made
  const mine = await run.step('Claim the environment', (say) => claimFor(plan, dns, story, say))
  const removeInstead = async (why: Why): Promise<void> => {
    report.intent = { kind: 'teardown', target: { pullRequest: plan.pullRequest.number }, force: false, why }
    await takeAway(mine, plan.settings, dns, story)
    report.status = 'removed'
  }
  let told: Promise<void> | undefined
  // One after the other, or an earlier word may be the last.
  const announce = async (): Promise<void> => {
    told = (told ?? Promise.resolve()).then(() => to.announce(plan.pullRequests))
    await told
  }
  try {
    // Every claim is followed by this question, so the last one to claim acts on the newest answer. The run of what ended
    // the preview, a close or a label, may have ended before our claim: nobody else would remove what we leave.
    const ended = await endedBy(plan, story)
    report.life = { uid: mine.uid, generation: mine.generation }
    report.deployment ??= deploymentIn(plan.settings, plan.environment, plan.pullRequest.number)
    told = to.announce(plan.pullRequests)
    if (ended) return await removeInstead(ended)
    await whileHeld(mine, story, (held) => rollOut(plan, mine, made, announce, held))
    const endedSince = await endedBy(plan, story)
    if (endedSince) return await removeInstead(endedSince)
    await run.step('Release', () => release(plan, mine, story))
    report.status = 'live'
  } catch (error) {
    if (error instanceof Unready) await noteServing(plan, error.applied, story)
    // Not after a cancel: a request may still be on its way, and the next claim must know.
    if (mine.record.phase !== 'Terminating' && !isCode(error, 'Cancelled'))
      await giveUp(() =>
        told === undefined
          ? mine.giveBack()
          : mine.release({
              ...endOf(error),
              ...remembered(report.smoke, plan.commit, mine.record.smoke),
              serving: servingOf(report),
            }),
      )
    if (error instanceof Unready) report.diagnoses = error.diagnoses
    throw error
  } finally {
    await told
  }
}

const endOf = (error: unknown): RecordChange => (isCode(error, 'Superseded') ? {} : { phase: 'Failed' })

/** That another run took over explains whatever went wrong because of it. */
const giveUp = async (release: () => Promise<void>): Promise<void> => {
  try {
    await release()
  } catch (late) {
    if (late instanceof Overtaken) throw late
  }
}

const rollOut = async (
  plan: DeployPlan,
  mine: Claim,
  { dns, objects: rendered, sources }: Made,
  announce: () => Promise<void>,
  story: Story,
): Promise<void> => {
  const { to, of, run, report } = story
  const { environment, settings } = plan
  const objects = await run.step('Lease a database', (say) =>
    leaseDatabase(plan, mine, rendered, story, say, {
      announce,
      reclaim: (pool) => reclaim(pool, plan, dns, story, say),
    }),
  )
  const changes = await run.step('Apply to EKS', async (say) => {
    const copies = hasOwnNamespace(mine) ? await copiesOf(to.cluster, mine, objects, settings.sharedObjects) : []
    const changes = await applyAll(to.cluster, mine, [...copies, ...objects], {
      signal: of.signal,
      say,
      timeout: settings.timeouts.wait,
      sources,
    })
    report.changes = changes.map(({ subject, action }) => ({ subject, action }))
    report.warnings.push(...changes.flatMap(({ subject, warnings }) => warnings.map((text) => `${subject}: ${text}`)))
    summarize(changes, say)
    return changes
  })
  await run.together({
    'Wait until ready': (say) =>
      waitReady(to.cluster, changes, {
        namespace: mine.namespace,
        environment,
        timeout: settings.timeouts.wait,
        signal: of.signal,
        say,
        sources,
      }),
    'Point DNS': (say) => pointHosts(plan, mine, changes, dns, story, say),
  })
  await run.step('Ask the URL', (say) => askUrls(plan, changes, story, say))
  await run.step('Remove what is no longer wanted', async (say) => {
    const dropped = await dropHosts(plan, mine, dns, story, say)
    const pruned = await prune(to.cluster, mine, changes, { signal: of.signal, say })
    const gone = [...dropped.map((host) => `DNS records of ${host}`), ...pruned]
    report.changes.push(...gone.map((subject) => ({ subject, action: 'deleted' })))
    if (gone.length > 0) say.detail(gone.join(', '))
    else say.unchanged('nothing')
  })
  await run.step('Smoke check', (say) => checkSmoke(plan, story, say, mine.record))
}

const make = async (plan: DeployPlan, { to, of, report }: Story, say: Say): Promise<Made> => {
  const [kustomize, dns] = await Promise.all([to.kustomize(), to.dns(plan.settings)])
  const { objects, sources, warnings } = await render(kustomize, plan, of.tempFolder)
  for (const { message, hint, file } of warnings) {
    const text = `${file === undefined ? '' : `${file}: `}${message}${hint === undefined ? '' : ` (${hint})`}`
    say.warning(text)
    report.warnings.push(text)
  }
  if (dns) await checkDns(dns.zone, { hosts: hostsOf(plan), environment: plan.environment, apex: dns.apex })
  say.detail(`${objects.length} objects by ${kustomize.version}`)
  return { dns, objects, sources }
}

/** Finishes a removal that its own run left unfinished, or takes away what is in another namespace; then claims anew. */
const claimFor = async (plan: DeployPlan, dns: Dns | undefined, story: Story, say: Say): Promise<Claim> => {
  const { to, of, report } = story
  for (;;) {
    const mine = await claim(
      to.cluster,
      {
        ...wishOf(of, plan.environment, plan.settings),
        phase: 'Applying',
        sha: plan.commit,
        pullRequests: plan.pullRequests,
      },
      { signal: of.signal, say },
    )
    const isElsewhere = mine.namespace !== plan.placement.namespace
    if (mine.record.phase === 'Terminating' || isElsewhere) {
      say.info(
        isElsewhere
          ? `it is in namespace ${mine.namespace}, which isolation: ${plan.settings.isolation} is not: removing it there first`
          : 'a removal was left unfinished: finishing it first',
      )
      await takeAway(mine, plan.settings, dns, story)
      report.receipt = [] // of the life before
      continue
    }
    showLastGood(report, plan, mine.record)
    say.detail(`generation ${mine.generation}`)
    return mine
  }
}

/** Throws when the pull request has moved on. */
const endedBy = async (plan: DeployPlan, { to }: Story): Promise<Why | undefined> => {
  const wanted = await askAgain(plan, to.pullRequests)
  if (wanted.at === 'another commit') throw movedOn(wanted.pr)
  return wanted.at === 'none' ? wanted.why : undefined
}

const summarize = (changes: ChangeSet, say: Say): void => {
  const counts = Map.groupBy(changes, ({ action }) => action)
  const text = `${changes.length} objects: ${[...counts].map(([action, of]) => `${of.length} ${action}`).join(', ')}`
  if (counts.size === 1 && counts.has('unchanged')) say.unchanged(text)
  else say.detail(text)
}

const release = async (plan: DeployPlan, mine: Claim, { report }: Story): Promise<void> => {
  await mine.release({
    phase: 'Live',
    urls: Object.fromEntries(
      plan.apps.flatMap(({ name, address }) => (address === undefined ? [] : [[name, address.url]])),
    ),
    ingressClass: plan.settings.ingressClass,
    ...remembered(report.smoke, plan.commit, mine.record.smoke),
    serving: servingOf(report),
  })
}
