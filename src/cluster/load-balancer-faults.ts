import type { Live } from './cluster.ts'
import { culpritIn } from './events.ts'
import { eventsOf, type Fault, type Seen } from './fault.ts'
import { addressOf } from './verdict.ts'

/**
 * Why there is no load balancer. Events explain, they do not gate: they are rare (retries back off, each is recorded 25 times
 * at most) and shared by a whole group. So the newest one counts for as long as there is no address. Pure.
 */

const BUDGET = new Map([
  ['FailedLoadGroupID', 30_000],
  ['FailedBuildModel', 30_000],
  // AWS throttles, and makes things it needs a moment later.
  ['FailedDeployModel', 60_000],
  ['SyncLoadBalancerFailed', 60_000],
  ['BackendNotFound', 60_000],
  ['FailedReconcile', 60_000],
])
const GOOD = new Set(['SuccessfullyReconciled', 'EnsuredLoadBalancer'])
const KINDS = new Set(['Ingress', 'Service', 'TargetGroupBinding'])
/** AWS' names for "there is no room for one more". */
const FULL = /TooMany\w+|LimitExceeded|QuotaExceeded/

export const loadBalancerFault = ({ object, events }: Seen): Fault | undefined => {
  if (!KINDS.has(object.kind) || addressOf(object) !== undefined) return undefined
  const newest = eventsOf(events, object).find(({ reason }) => BUDGET.has(reason) || GOOD.has(reason))
  const patience = newest && BUDGET.get(newest.reason)
  if (newest === undefined || patience === undefined) return undefined
  return {
    key: `${object.metadata.uid}/load-balancer`,
    ...blame(object, newest.message),
    reason: `${newest.reason}: ${newest.message}`,
    patience,
  }
}

const blame = ({ metadata }: Live, message: string): Pick<Fault, 'cause' | 'culprit'> => {
  const other = culpritIn(message, metadata.namespace, metadata.name)
  if (other !== undefined) return { cause: 'BlockedByOtherIngress', culprit: `Ingress/${other}` }
  return { cause: FULL.test(message) ? 'LoadBalancerFull' : 'LoadBalancerRefused' }
}
