import type { Live } from './cluster.ts'
import { exitText, failedContainer, isInit, lastExit } from './exits.ts'
import type { Fault, Seen } from './fault.ts'
import { faultsOf } from './faults.ts'
import { podStatus } from './pods.ts'
import { isMigration } from './stages.ts'
import { condition } from './verdict.ts'

/** What an object that has failed for good, by its own status, has failed of. Pure. */

type Blame = Pick<Fault, 'cause' | 'reason' | 'culprit' | 'pod' | 'container'>

/** `isGone`: it, or what was applied under its name, is no longer there. */
export const finalFault = (seen: Seen & { isGone: boolean }, reason: string): Fault => ({
  ...blame(seen, reason),
  key: `${seen.object.metadata.uid}/end`,
  patience: !seen.isGone && isLate(seen.object) ? OF_BEFORE : 0,
})

/**
 * A Deployment says that its deadline has passed until its pods make progress again: after ten minutes without a Secret that
 * is there by now, or when an older template is rolled out once more.
 */
const OF_BEFORE = 30_000

const isLate = (object: Live): boolean => condition(object, 'Progressing')?.reason === 'ProgressDeadlineExceeded'

const blame = (seen: Seen & { isGone: boolean }, reason: string): Blame => {
  const { object, isGone } = seen
  if (isGone) return { cause: 'Deleted', reason }
  switch (object.kind) {
    case 'Job':
      return job(seen, reason)
    case 'Pod':
      return pod(object, reason)
    case 'PersistentVolumeClaim':
      return { cause: 'VolumeMissing', reason }
    default:
      return late(seen, reason)
  }
}

/** Its pods say more than the limit that it has reached. */
const job = ({ object, pods }: Seen, reason: string): Blame => {
  const cause = isMigration(object) ? 'MigrationFailed' : 'JobFailed'
  const newest = pods.toSorted((a, b) => (createdAt(a) < createdAt(b) ? 1 : -1))
  const failed = newest.find((one) => failedContainer(one) !== undefined)
  return failed === undefined ? { cause, reason } : { ...ofContainer(failed, reason), cause }
}

const pod = (object: Live, reason: string): Blame => {
  const { cause, ...rest } = ofContainer(object, reason)
  return { ...rest, cause: cause ?? 'PodFailed' }
}

const ofContainer = (failed: Live, reason: string): Omit<Blame, 'cause'> & { cause?: Fault['cause'] } => {
  const container = failedContainer(failed)
  if (container === undefined) return { reason: podStatus(failed).reason ?? reason, pod: failed }
  const exit = lastExit(container)
  const isKilled = exit?.reason === 'OOMKilled'
  const isPreparing = isInit(failed, container.name)
  return {
    reason: `${reason}; container ${container.name}: ${exitText(exit)}`,
    pod: failed,
    container: container.name,
    ...(isKilled ? { cause: 'OutOfMemory' as const } : isPreparing ? { cause: 'InitContainerFailed' as const } : {}),
  }
}

/** A deadline that has passed tells nothing; what its pods suffer from does. */
const late = (seen: Seen, reason: string): Blame => {
  const [fault] = faultsOf(seen)
  if (fault !== undefined) return fault
  return { cause: isLate(seen.object) ? 'ProgressDeadline' : 'ControllerFailed', reason }
}

const createdAt = ({ metadata }: Live): string => metadata.creationTimestamp ?? ''
