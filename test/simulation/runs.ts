import { applyAll } from '../../src/cluster/apply.ts'
import type { Cluster, KubeObject } from '../../src/cluster/cluster.ts'
import { prune } from '../../src/cluster/prune.ts'
import { type Claim, claim } from '../../src/cluster/record.ts'
import { remove } from '../../src/cluster/remove.ts'
import { isCode } from '../../src/errors.ts'
import { environment, NAMESPACE } from './objects.ts'

/** What a run of the action does to the cluster, but for GitHub, whom it asks nothing, and for pods, of which there are none. */
export type Part =
  | { kind: 'push'; manifest: readonly KubeObject[]; becomesReady: boolean }
  /** Who `asks` claims first, and begins to remove when GitHub has said that it may. */
  | { kind: 'close'; asks: boolean }
export type Ending = 'live' | 'failed' | 'removed' | 'superseded'

export type Player = {
  cluster: Cluster
  name: string
  signal: AbortSignal
  now: () => Date
  /** Between the engine and the claim that it made: the place for a defect. */
  hold: (claim: Claim) => Claim
}

const silent = { info: () => undefined, warning: () => undefined, debug: () => undefined }
/** Nothing is stuck for ever here, so nobody has to give up. */
const PATIENCE = 24 * 3_600_000

export const play = async (part: Part, player: Player): Promise<Ending> => {
  try {
    return part.kind === 'push' ? await push(part, player) : await close(part, player)
  } catch (error) {
    if (isCode(error, 'Superseded')) return 'superseded'
    throw error
  }
}

type Push = Extract<Part, { kind: 'push' }>
type Close = Extract<Part, { kind: 'close' }>

const push = async ({ manifest, becomesReady }: Push, player: Player): Promise<Ending> => {
  const { cluster, signal } = player
  const run = { signal, say: silent, timeout: PATIENCE }
  for (;;) {
    const mine = await claimAs(player, 'Applying')
    if (mine.record.phase === 'Terminating') {
      await takeAway(mine, player)
      continue
    }
    const changes = await applyAll(cluster, mine, manifest, run)
    if (becomesReady) await prune(cluster, mine, changes, run)
    await mine.release({ phase: becomesReady ? 'Live' : 'Failed' })
    return becomesReady ? 'live' : 'failed'
  }
}

const close = async ({ asks }: Close, player: Player): Promise<Ending> => {
  const mine = await claimAs(player, asks ? undefined : 'Terminating')
  if (asks) await mine.update({ phase: 'Terminating' })
  await takeAway(mine, player)
  return 'removed'
}

const takeAway = async (mine: Claim, { cluster, signal }: Player): Promise<void> => {
  await remove(cluster, mine, { signal, say: silent, timeout: PATIENCE })
  await mine.remove()
}

const claimAs = async (
  { cluster, name, signal, now, hold }: Player,
  phase: 'Applying' | 'Terminating' | undefined,
): Promise<Claim> => {
  const holder = { run: name, attempt: 1, url: `https://github.test/runs/${name}`, removes: phase !== 'Applying' }
  const wish = { namespace: NAMESPACE, environment, sha: name, holder, now, ...(phase === undefined ? {} : { phase }) }
  return hold(await claim(cluster, wish, { signal, say: silent }))
}
