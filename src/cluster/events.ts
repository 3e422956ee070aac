import type { Cluster, Live } from './cluster.ts'

/** Kubernetes events: they explain, they never decide whether something is ready. */
export type KubeEvent = {
  uid: string
  /** `Kind/name` of what it is about. */
  about: string
  type: string
  reason: string
  message: string
  count: number
  /** ISO time of the newest occurrence, by the cluster's clock. */
  at: string
}

type Raw = {
  involvedObject?: { kind?: string; name?: string; uid?: string }
  type?: string
  reason?: string
  message?: string
  count?: number
  series?: { count?: number; lastObservedTime?: string }
  eventTime?: string
  lastTimestamp?: string
}

/** Of a whole namespace, newest first. */
export const readEvents = async (cluster: Cluster, namespace: string): Promise<KubeEvent[]> =>
  (await cluster.list({ apiVersion: 'v1', kind: 'Event' }, namespace))
    .map(eventOf)
    .sort((a, b) => (a.at < b.at ? 1 : -1))

export const eventOf = (live: Live): KubeEvent => {
  const raw = live as unknown as Raw
  return {
    uid: raw.involvedObject?.uid ?? '',
    about: `${raw.involvedObject?.kind}/${raw.involvedObject?.name}`,
    type: raw.type ?? '',
    reason: raw.reason ?? '',
    message: raw.message ?? '',
    count: raw.series?.count ?? raw.count ?? 1,
    at: raw.series?.lastObservedTime ?? raw.lastTimestamp ?? raw.eventTime ?? live.metadata.creationTimestamp ?? '',
  }
}

/** Each thing that is said, once. */
export const warningsAbout = (events: readonly KubeEvent[], uids: ReadonlySet<string>): KubeEvent[] => {
  const about = events.filter(({ type, uid }) => type === 'Warning' && uids.has(uid))
  return about.filter(({ message }, i) => about.findIndex((event) => event.message === message) === i)
}

/**
 * All Ingresses of a shared load balancer get the event of the one that breaks it; its text names the culprit. `undefined`
 * when that is the Ingress itself, or nobody is named.
 */
export const culpritIn = (message: string, namespace: string | undefined, name: string): string | undefined => {
  const named = /\bingress: ([a-z0-9.-]+\/[a-z0-9.-]+[a-z0-9])/.exec(message)?.[1]
  return named === undefined || named === `${namespace}/${name}` ? undefined : named
}
