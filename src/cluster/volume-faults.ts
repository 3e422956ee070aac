import type { Live } from './cluster.ts'
import { byTime, eventsOf, type Fault, NEVER, type Seen } from './fault.ts'
import { CONFIG_MADE, missingConfig } from './missing-config.ts'
import { containersOf } from './pods.ts'

/** Why a volume is not there: only events tell. Pure. */

const NOT_FOUND = 60_000
/** A disk is let go minutes after its node. */
const IN_USE = 300_000
/** Tries after which a claim's provisioner is not going to succeed. */
const PROVISIONING_TRIES = 3

const TROUBLE = new Set(['FailedMount', 'FailedAttachVolume'])
/** What a kubelet does when all volumes are there. */
const BEYOND = new Set(['Pulling', 'Pulled', 'Created', 'Started'])
const BEFORE_START = new Set(['ContainerCreating', 'PodInitializing'])

export const mountFault = ({ events, mayMakeConfig }: Seen, pod: Live): Fault | undefined => {
  if (!containersOf(pod).some(({ state }) => BEFORE_START.has(state?.waiting?.reason ?? ''))) return undefined
  const trouble = eventsOf(events, pod).find(({ reason }) => TROUBLE.has(reason) || BEYOND.has(reason))
  if (trouble === undefined || BEYOND.has(trouble.reason)) return undefined
  const { message } = trouble
  const key = `${pod.metadata.uid}/volume`
  const config = missingConfig(message, pod.metadata.namespace ?? '')
  if (config !== undefined)
    return { key, pod, cause: 'ConfigMissing', ...config, patience: mayMakeConfig ? CONFIG_MADE : NOT_FOUND }
  const volume = /for volume "([^"]+)"/.exec(message)?.[1]
  const culprit = volume === undefined ? {} : { culprit: `volume ${volume}` }
  if (/not found|does not exist/i.test(message))
    return { key, pod, cause: 'VolumeMissing', ...culprit, reason: message, patience: NOT_FOUND }
  const patience = /multi-attach/i.test(message) ? IN_USE : NEVER
  return { key, pod, cause: 'VolumeUnavailable', ...culprit, reason: message, patience }
}

type Volumes = { volumes?: { name: string; persistentVolumeClaim?: { claimName: string }; ephemeral?: object }[] }

/** A pod gets no node before its claims have their volumes; what becomes of those only their own events tell. */
export const provisioningFault = ({ events = [] }: Seen, pod: Live): Fault | undefined => {
  const { nodeName, volumes = [] } = (pod.spec ?? {}) as Volumes & { nodeName?: string }
  if (nodeName !== undefined) return undefined
  const { namespace, name, uid, creationTimestamp = '' } = pod.metadata
  for (const { name: volume, persistentVolumeClaim, ephemeral } of volumes) {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral && `${name}-${volume}`)
    const said = events.filter(({ about, at }) => about === `PersistentVolumeClaim/${claim}` && at >= creationTimestamp)
    const failed = said.filter(({ reason }) => reason === 'ProvisioningFailed').toSorted(byTime)
    const [newest] = failed
    if (newest === undefined || said.some(({ reason }) => reason === 'ProvisioningSucceeded')) continue
    const tries = failed.reduce((sum, { count }) => sum + count, 0)
    return {
      key: `${uid}/provision`,
      pod,
      cause: 'VolumeUnavailable',
      culprit: `PersistentVolumeClaim/${namespace}/${claim}`,
      reason: newest.message,
      patience: tries >= PROVISIONING_TRIES ? 0 : NEVER,
    }
  }
  return undefined
}
