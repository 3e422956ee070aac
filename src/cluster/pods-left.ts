import { type Cluster, type Live, refOf } from './cluster.ts'
import { isForbidden } from './refusal.ts'

/**
 * Whether a pod ends with what is ours. One that a live workload of somebody else keeps does not, whatever its labels say, and
 * must not be waited for. Each is looked into once.
 */
export const endsWithOurs = (cluster: Cluster, isOurs: (live: Live) => boolean) => {
  const known = new Map<string, Promise<boolean>>()

  const follow = async (live: Live): Promise<boolean> => {
    const owner = live.metadata.ownerReferences?.find(({ controller }) => controller === true)
    if (owner === undefined) return isOurs(live)
    const { apiVersion, kind, name, uid } = owner
    const keeper = await cluster.get({ ...refOf(live), apiVersion, kind, name }).catch(unseen)
    // Whose controller is gone is about to be collected.
    return keeper?.metadata.uid !== uid || follow(keeper)
  }

  return (pod: Live): Promise<boolean> => {
    const { uid } = pod.metadata
    const answer = known.get(uid) ?? follow(pod)
    known.set(uid, answer)
    return answer
  }
}

/** Some controller's own kind, which the role need not know: better to wait in vain than to miss a pod. */
const unseen = (error: unknown): undefined => {
  if (!isForbidden(error)) throw error
}
