import type { Live } from './cluster.ts'
import { eventsOf, type Fault, NEVER, type Seen } from './fault.ts'
import { missingConfig } from './missing-config.ts'
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

export const mountFault = ({ events }: Seen, pod: Live): Fault | undefined => {
  if (!containersOf(pod).some(({ state }) => BEFORE_START.has(state?.waiting?.reason ?? ''))) return undefined
  const trouble = eventsOf(events, pod).find(({ reason }) => TROUBLE.has(reason) || BEYOND.has(reason))
  if (trouble === undefined || BEYOND.has(trouble.reason)) return undefined
  const { message } = trouble
  const key = `${pod.metadata.uid}/volume`
  const config = missingConfig(message, pod.metadata.namespace ?? '')
  if (config !== undefined) return { key, pod, cause: 'ConfigMissing', ...config, patience: NOT_FOUND }
  const volume = /for volume "([^"]+)"/.exec(message)?.[1]
  const culprit = volume === undefined ? {} : { culprit: `volume ${volume}` }
  if (/not found|does not exist/i.test(message))
    return { key, pod, cause: 'VolumeMissing', ...culprit, reason: message, patience: NOT_FOUND }
  const patience = /multi-attach/i.test(message) ? IN_USE : NEVER
  return { key, pod, cause: 'VolumeUnavailable', ...culprit, reason: message, patience }
}

/** Of a PersistentVolumeClaim itself. */
export const provisioningFault = ({ object, events }: Seen): Fault | undefined => {
  if (object.kind !== 'PersistentVolumeClaim') return undefined
  const failed = eventsOf(events, object).find(({ reason }) => reason === 'ProvisioningFailed')
  if (failed === undefined) return undefined
  const patience = failed.count >= PROVISIONING_TRIES ? 0 : NEVER
  return { key: `${object.metadata.uid}/provision`, cause: 'VolumeUnavailable', reason: failed.message, patience }
}
