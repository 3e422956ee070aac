import { claimAbsent, type Overtaken } from './cluster/record.ts'
import { removalWishOf } from './hold.ts'
import { type DeployPlan, hostsOf } from './plan.ts'
import type { Dns } from './ports.ts'
import { askAgain } from './resolve.ts'
import type { Story } from './story.ts'
import { takeAway } from './teardown.ts'

/** What a deploy does when another run took over: mostly nothing, it is over. */
export const whenOvertaken = async (
  { by }: Overtaken,
  plan: DeployPlan,
  dns: Dns | undefined,
  story: Story,
): Promise<'over' | 'again'> => {
  if (by === undefined) {
    await removeLate(plan, dns, story)
    return 'over'
  }
  // A run of an older commit, or a close that is still asking whether it holds, may turn out to have no reason to stay.
  const mayGiveWay = by.phase !== 'Terminating' && (by.holder.removes === true || by.sha !== plan.commit)
  if (!mayGiveWay) return 'over'
  return story.run.step('See who is right', async (say) => {
    const isWanted = (await askAgain(plan, story.to.pullRequests)).at === 'this commit'
    say.detail(`${isWanted ? 'this commit is still the head' : 'the pull request moved on'}; ${by.holder.url}`)
    return isWanted ? 'again' : 'over'
  })
}

/**
 * A removal has ended while requests of this run were on their way. Kubernetes collects what they made, Route 53 does not.
 * Where a new life of the environment has begun, that one claims the same names.
 */
const removeLate = async (plan: DeployPlan, dns: Dns | undefined, story: Story): Promise<void> => {
  const { to, of, report } = story
  const mine = await claimAbsent(to.cluster, {
    ...removalWishOf(of, plan.environment, plan.settings),
    phase: 'Terminating',
  })
  if (mine === undefined) return
  await mine.update({ hosts: hostsOf(plan) })
  await takeAway(mine, plan.settings, dns, story)
  report.receipt = [] // the removal's own run has told
}
