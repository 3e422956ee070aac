import { type KubernetesObject, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { eventCorrelation, type Happening } from './event-correlation.ts'
import { isGone, type Kubernetes } from './kubernetes.ts'

export type Recorder = (
  object: KubernetesObject,
  type: Happening['type'],
  reason: string,
  message: string,
) => Promise<void>

/** The API server keeps this much of a message. */
const MAX_MESSAGE = 1024

/** Writes core/v1 events as the controller's `component`; an object that is gone needs none. */
export const eventRecorder = ({ core }: Kubernetes, component: string): Recorder => {
  const correlation = eventCorrelation(Date.now)

  const post = async ({ apiVersion, kind, metadata }: KubernetesObject, event: Omit<Happening, 'object'>) => {
    const { name = '', namespace = '', uid, resourceVersion } = metadata ?? {}
    const timestamp = new Date()
    const created = `${name}.${process.hrtime.bigint().toString(16)}`
    const { type, reason, message } = event
    const involvedObject = { apiVersion, kind, name, namespace, uid, resourceVersion }
    const times = { firstTimestamp: timestamp, lastTimestamp: timestamp, count: 1 }
    const source = { component }
    const body = { metadata: { name: created, namespace }, involvedObject, type, reason, message, source, ...times }
    await core.createNamespacedEvent({ namespace, body } as Parameters<typeof core.createNamespacedEvent>[0])
    return created
  }

  return async (object, type, reason, text) => {
    const message = text.slice(0, MAX_MESSAGE)
    const { name, namespace = '', uid } = object.metadata ?? {}
    const { key, verdict } = correlation.judge({ object: `${object.kind} ${uid ?? name}`, type, reason, message })
    try {
      if (verdict.kind === 'post') {
        const created = await post(object, { type, reason, message: verdict.message })
        correlation.remember(key, { name: created, count: 1, message: verdict.message })
      }
      if (verdict.kind === 'count') {
        const { recorded } = verdict
        const body = { count: recorded.count, message: recorded.message, lastTimestamp: new Date() }
        const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
        await core.patchNamespacedEvent({ name: recorded.name, namespace, body }, merge)
        correlation.remember(key, recorded)
      }
    } catch (error) {
      // A namespace that is being deleted takes no new events.
      if (!isGone(error) && !(error instanceof Error && 'code' in error && error.code === 403)) throw error
    }
  }
}
