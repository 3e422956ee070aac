import { poll } from '../poll.ts'
import type { ChangeSet } from './apply.ts'
import type { Cluster } from './cluster.ts'
import type { Sources } from './diagnose.ts'
import { parallel } from './parallel.ts'
import { isJobComplete } from './readiness-workloads.ts'
import type { Claim, Run } from './record.ts'
import { waitReady } from './wait.ts'

const LOOK = 1_000

/** All at once. The first that fails ends the waits of the others, and is what is thrown. */
export const sideBySide = async <T>(
  tracks: readonly T[],
  cancel: AbortSignal,
  act: (track: T, signal: AbortSignal) => Promise<void>,
): Promise<void> => {
  const failed = new AbortController()
  const signal = AbortSignal.any([cancel, failed.signal])
  await parallel(tracks, tracks.length, async (track) => {
    try {
      await act(track, signal)
    } catch (error) {
      failed.abort(error)
      throw error
    }
  })
}

/** Returns an app's migrations when they have done their work and this run is still the newest. */
export const completed = async (
  cluster: Cluster,
  claim: Claim,
  migrations: ChangeSet,
  run: Run & { timeout: number; sources?: Sources },
): Promise<ChangeSet> => {
  const unfinished = migrations.filter(({ live }) => live !== undefined && !isJobComplete(live))
  const place = { namespace: claim.namespace, environment: claim.environment }
  const isDone = async ({ ref }: ChangeSet[number]): Promise<boolean> => {
    const live = await cluster.get(ref)
    return live === undefined || isJobComplete(live)
  }
  const look = async (): Promise<true | undefined> => {
    await waitReady(cluster, unfinished, { ...run, ...place })
    // A suspended Job counts as ready, but its work is still to be done.
    const done = await Promise.all(unfinished.map(isDone))
    return done.every(Boolean) ? true : undefined
  }
  if (unfinished.length > 0) {
    const what = `${unfinished.map(({ subject }) => subject).join(', ')} to complete`
    await poll({ what, every: LOOK, timeout: run.timeout, signal: run.signal, why: () => 'it is suspended' }, look)
    // Minutes may have passed since the last look at the record.
    await claim.confirm()
  }
  return migrations.map((change) => ({ ...change, live: undefined }))
}
