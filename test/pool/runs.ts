import { applyAll } from '../../src/cluster/apply.ts'
import type { Cluster, KubeObject } from '../../src/cluster/cluster.ts'
import { prune } from '../../src/cluster/prune.ts'
import { type Claim, claim } from '../../src/cluster/record.ts'
import { remove } from '../../src/cluster/remove.ts'
import { releaseDatabase } from '../../src/database/release.ts'
import { DATABASE_SECRET } from '../../src/database/secret.ts'
import type { DatabaseSettings } from '../../src/database/settings.ts'
import { leaseDatabase } from '../../src/database/story.ts'
import { isCode } from '../../src/errors.ts'
import { type Environment, environmentOf, labelsOf } from '../../src/names.ts'
import type { DeployPlan } from '../../src/plan.ts'
import type { Preparation } from '../../src/ports.ts'
import type { Say } from '../../src/step.ts'
import type { Story } from '../../src/story.ts'

export const NAMESPACE = 'previews'
const PATIENCE = 24 * 3_600_000
const OWNER = { repository: 'acme/shop', repositoryId: 7 }

export const environmentAt = (number: number): Environment =>
  environmentOf({ ...OWNER, branch: `branch-${number}` }, true)

export type Player = {
  name: string
  environment: Environment
  cluster: Cluster
  preparation: Preparation
  settings: DatabaseSettings
  now(): Date
  /** The place for a defect: nothing of the environment is gone yet. */
  releasesFirst: boolean
  /** Between the engine and the claim that it made: the place for a defect. */
  hold(claim: Claim): Claim
  /** Called around what takes and gives back. */
  leasing(act: () => Promise<KubeObject[]>): Promise<KubeObject[]>
  releasing(act: () => Promise<void>): Promise<void>
}
export type Part = { kind: 'push' | 'reset' | 'close' }
export type Ending = 'live' | 'full' | 'failed' | 'removed' | 'superseded'

const quiet = () => undefined
const say: Say = {
  info: quiet,
  warning: quiet,
  debug: quiet,
  detail: quiet,
  unchanged: quiet,
  skipped: quiet,
  link: quiet,
}

/** What a run of the action does about its database, but for GitHub, whom it asks nothing. */
export const play = async ({ kind }: Part, player: Player): Promise<Ending> => {
  try {
    if (kind !== 'close') return await push(kind === 'reset', player)
    await takeAway(await claimAs(player, 'Terminating'), player)
    return 'removed'
  } catch (error) {
    if (isCode(error, 'Superseded')) return 'superseded'
    throw error
  }
}

const storyOf = ({ cluster, preparation, name }: Player): Story => {
  const of = { id: name, attempt: 1, url: `https://github.test/runs/${name}`, namespace: NAMESPACE }
  const story = {
    to: { cluster, preparation: () => preparation, mask: quiet },
    of: { ...of, signal: new AbortController().signal },
    report: { receipt: [] },
  }
  return story as unknown as Story
}

const push = async (reset: boolean, player: Player): Promise<Ending> => {
  const { cluster, environment, settings } = player
  const run = { signal: new AbortController().signal, say, timeout: PATIENCE }
  const variables = {
    host: 'DATABASE_HOST',
    port: 'DATABASE_PORT',
    name: 'DATABASE_NAME',
    user: 'DATABASE_USER',
    password: 'DATABASE_PASSWORD',
    url: 'DATABASE_URL',
  }
  const plan = {
    environment,
    placement: { namespace: NAMESPACE, suffix: '' },
    database: { settings, variables, reset },
  }
  for (;;) {
    const mine = await claimAs(player, 'Applying')
    if (mine.record.phase === 'Terminating') {
      await takeAway(mine, player)
      continue
    }
    try {
      const help = { announce: async () => undefined, reclaim: async () => false }
      const objects = await player.leasing(() =>
        leaseDatabase(plan as unknown as DeployPlan, mine, [workload(environment)], storyOf(player), say, help),
      )
      const changes = await applyAll(cluster, mine, objects, run)
      await prune(cluster, mine, changes, run)
      await mine.release({ phase: 'Live' })
      return 'live'
    } catch (error) {
      if (!isCode(error, 'PoolFull', 'Rejected')) throw error
      await mine.release({ phase: 'Failed' })
      return isCode(error, 'PoolFull') ? 'full' : 'failed'
    }
  }
}

const takeAway = async (mine: Claim, player: Player): Promise<void> => {
  const { cluster, settings } = player
  const release = () => player.releasing(() => releaseDatabase(mine, settings, storyOf(player), say))
  if (player.releasesFirst) await release()
  await remove(cluster, mine, { signal: new AbortController().signal, say, timeout: PATIENCE })
  if (!player.releasesFirst) await release()
  await mine.remove()
}

const claimAs = async (player: Player, phase: 'Applying' | 'Terminating'): Promise<Claim> => {
  const { cluster, name, environment, now } = player
  const holder = { run: name, attempt: 1, url: `https://github.test/runs/${name}`, removes: phase !== 'Applying' }
  const wish = { namespace: NAMESPACE, environment, sha: name, holder, now, phase }
  return player.hold(await claim(cluster, wish, { signal: new AbortController().signal, say }))
}

const workload = (environment: Environment): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `web-${environment.short}`, namespace: NAMESPACE, labels: labelsOf(environment) },
  spec: {
    template: {
      spec: { containers: [{ name: 'web', image: 'web:1', envFrom: [{ secretRef: { name: DATABASE_SECRET } }] }] },
    },
  },
})
