import { readRecord } from '../cluster/record.ts'
import { isSameOwner } from '../cluster/record-state.ts'
import { isCode, PreviewError } from '../errors.ts'
import { showLastGood } from '../last-good.ts'
import { pace } from '../pace.ts'
import type { DeployPlan } from '../plan.ts'
import { poll } from '../poll.ts'
import { movedOn } from '../resolve.ts'
import type { Say } from '../step.ts'
import type { Story } from '../story.ts'
import { awaitedImages } from './awaited.ts'
import { type EcrImage, shortName } from './ecr-image.ts'
import { type NearMiss, nearMiss, similarTo } from './near-miss.ts'
import type { Registry } from './registry.ts'

/** A push takes seconds to minutes: from looks that are near to ones that cost little. */
const FIRST_LOOK = 1_000
const LAST_LOOK = 10_000
/** GitHub counts requests: who waits asks it now and then whether the commit is still wanted. */
const ASK = 30_000
/** So often is the same mistake seen before it is one: who pushes under two tags does so within the minute. */
const MISTAKEN = 3

/**
 * Waits until the images of the build job are in their registry, so that a preview that serves is not touched before
 * another can take its place. What cannot be asked is not waited for: the kubelet will say.
 */
export const waitForImages = async (plan: DeployPlan, story: Story, say: Say): Promise<void> => {
  const { to, of, report } = story
  const timeout = plan.settings.timeouts.images
  if (timeout === 0) return say.skipped('wait-for-images is off')
  const awaited = awaitedImages(plan, of.images)
  if (awaited.length === 0) return say.skipped('no image of the build job is in ECR')

  let missing = awaited
  const seen: EcrImage[] = []
  const isLookDue = pace(FIRST_LOOK, LAST_LOOK)
  const isAskDue = pace(ASK, ASK)
  let mistaken = 0
  const look = async (): Promise<'all there' | 'a mistake' | undefined> => {
    if (!isLookDue()) return undefined
    const isFirst = report.awaited === undefined
    const looks = await Promise.all(missing.map((image) => isThere(image, { isFirst, of, say, registry: to.registry })))
    seen.push(...missing.filter((_, index) => looks[index] === true))
    missing = missing.filter((_, index) => looks[index] === false)
    if (missing.length === 0) return 'all there'
    if (!isAskDue()) return undefined
    if (isFirst) {
      report.awaited = missing.map(shortName)
      await tellThatItWaits(plan, story)
    } else await checkWanted(plan, story)
    say.info(`waiting for ${namesOf(missing)}`)
    const near = await nearMisses(missing, plan, story)
    if (isFirst) for (const { message, hint } of near) say.info(`${message}: ${hint}`)
    mistaken = near.some(({ isMistake }) => isMistake) ? mistaken + 1 : 0
    return mistaken === MISTAKEN ? 'a mistake' : undefined
  }
  const started = performance.now()
  try {
    const end = await poll({ what: namesOf(missing), every: FIRST_LOOK, timeout, signal: of.signal }, look).catch(
      (error: unknown) => {
        if (!isCode(error, 'TimedOut')) throw error
        return 'too late' as const
      },
    )
    if (end !== 'all there') {
      const waited = performance.now() - started
      await checkWanted(plan, story)
      throw neverCame(missing, await nearMisses(missing, plan, story), waited)
    }
  } finally {
    delete report.awaited
  }
  if (seen.length > 0) say.detail(`${namesOf(seen)} in ECR`)
}

type Look = { isFirst: boolean; of: Story['of']; say: Say; registry: Registry }

/** `unknown` when it cannot be asked. One bad answer among good ones is only that. */
const isThere = async (image: EcrImage, { isFirst, of, say, registry }: Look): Promise<boolean | 'unknown'> => {
  try {
    return (await registry.look(image)) === 'there'
  } catch (error) {
    if (of.signal.aborted || !(error instanceof PreviewError)) throw error
    if (error.code === 'Unavailable' && !isFirst) return false
    say.warning(
      `cannot see whether ${shortName(image)} is pushed, going on without waiting for it: ${error.message}; ${error.hint ?? ''} (or set wait-for-images: off)`,
    )
    return 'unknown'
  }
}

/** What serves at the URLs goes on, and the comment goes on saying so. */
const tellThatItWaits = async (plan: DeployPlan, { to, of, report }: Story): Promise<void> => {
  const found = await readRecord(to.cluster, of.namespace, plan.environment)
  const ours = found && isSameOwner(found.record, plan.environment) ? found : undefined
  // As the run that last had the environment, so that a later one's words are not overwritten.
  if (ours !== undefined) report.life = { uid: ours.uid, generation: ours.record.generation }
  showLastGood(report, plan, ours?.record)
  await to.announce(plan.pullRequests)
}

const checkWanted = async (plan: DeployPlan, { to, report }: Story): Promise<void> => {
  const pr = await to.pullRequests.get(plan.pullRequest.number)
  if (pr?.state === 'open' && pr.head.sha === plan.commit) return
  delete report.life // the comment is another run's now
  if (pr?.state === 'open') throw movedOn(pr)
  throw new PreviewError('Superseded', `#${plan.pullRequest.number} was closed while its images were awaited`, {
    hint: 'reopen it to get a preview',
  })
}

const neverCame = (missing: readonly EcrImage[], near: readonly NearMiss[], waited: number): PreviewError =>
  new PreviewError('TimedOut', `${namesOf(missing)} was not pushed within ${Math.round(waited / 1_000)} s`, {
    object: missing.map(({ reference }) => reference).join(', '),
    problems: near.map(({ message, hint }) => ({ message, hint })),
    hint: 'then run the job again; wait-for-images sets how long it waits',
  })

const nearMisses = (missing: readonly EcrImage[], plan: DeployPlan, { to, of }: Story): Promise<NearMiss[]> =>
  Promise.all(
    missing.map(async (image) =>
      nearMiss(image, await foundFor(image, to.registry, of.signal), {
        commit: plan.commit,
        mergeCommit: of.mergeCommit,
        now: new Date(),
      }),
    ),
  )

const foundFor = async (image: EcrImage, registry: Registry, signal: AbortSignal) => {
  /** Nothing hangs on it: what cannot be seen is not told. */
  const seen = async <T>(look: Promise<T>, otherwise: T): Promise<T> =>
    look.catch((error: unknown) => {
      if (signal.aborted) throw error
      return otherwise
    })
  const hasRepository = (await seen(registry.look(image), 'not there')) !== 'no repository'
  const similar = similarTo(image.repository, await seen(registry.repositories(image), []))
  const places = [
    ...similar.map((repository) => ({ ...image, repository })),
    ...(registry.region === '' || registry.region === image.region ? [] : [{ ...image, region: registry.region }]),
  ]
  const looks = await Promise.all(places.map((place) => seen(registry.look(place), 'not there')))
  return {
    ...(hasRepository ? { pushed: await seen(registry.pushed(image), []) } : {}),
    similar,
    elsewhere: places.filter((_, index) => looks[index] === 'there'),
  }
}

const namesOf = (images: readonly EcrImage[]): string =>
  `the image${images.length === 1 ? '' : 's'} ${images.map(shortName).join(', ')}`
