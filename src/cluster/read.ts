import { type Cluster, type Live, type Ref, subject } from './cluster.ts'
import { type PathOf, unserved } from './discovery.ts'
import { accepted, objectOf } from './refusal.ts'
import type { Transport } from './transport.ts'

const GET_TIMEOUT = 12_000
const LIST_TIMEOUT = 30_000
const LOG_TIMEOUT = 10_000
const PAGE = 500
/** A list that outlives its snapshot begins anew; one that does so every time is not going to end. */
const LIST_TRIES = 4
const LOG_BYTES = 64 * 1024

type Page = { metadata: { continue?: string; resourceVersion: string }; items: Live[] }

export const reading = (
  send: Transport['send'],
  pathOf: PathOf,
): Pick<Cluster, 'get' | 'list' | 'snapshot' | 'logs'> => {
  const get = async (ref: Ref): Promise<Live | undefined> => {
    const path = await pathOf(ref).catch(unserved)
    if (path === undefined) return undefined
    const answer = await send({ method: 'GET', path, what: subject(ref), timeout: GET_TIMEOUT })
    return answer.status === 404 ? undefined : objectOf<Live>(subject(ref), answer)
  }

  const snapshot = listing(send, pathOf)

  const list: Cluster['list'] = async ({ apiVersion, kind }, namespace, labelSelector) =>
    (await snapshot({ apiVersion, kind, namespace, labelSelector })).items

  const logs: Cluster['logs'] = async ({ namespace, name, container, previous, lines }) => {
    const pod: Ref = { apiVersion: 'v1', kind: 'Pod', namespace, name }
    const query = queryOf({ container, previous, tailLines: lines, limitBytes: LOG_BYTES })
    const path = `${await pathOf(pod)}/log${query}`
    const answer = await send({ method: 'GET', path, what: `the log of ${subject(pod)}`, timeout: LOG_TIMEOUT })
    // 400: the container has not started; 500: its kubelet is gone.
    return [400, 404, 500].includes(answer.status) ? undefined : accepted(`the log of ${subject(pod)}`, answer).text
  }

  return { get, list, snapshot, logs }
}

const listing =
  (send: Transport['send'], pathOf: PathOf): Cluster['snapshot'] =>
  async ({ labelSelector, ...kind }, signal) => {
    const path = await pathOf(kind).catch(unserved)
    if (path === undefined) return { items: [] }
    const what = subject({ kind: `the list of ${kind.kind}`, namespace: kind.namespace })
    const request = { method: 'GET', what, timeout: LIST_TIMEOUT, ...(signal && { signal }) } as const
    const found: Live[] = []
    let tries = 1
    let next: string | undefined
    for (;;) {
      const answer = await send({ ...request, path: path + queryOf({ limit: PAGE, labelSelector, continue: next }) })
      if (answer.status === 404) return { items: [] } // no longer served
      if (answer.status === 410 && tries < LIST_TRIES) {
        tries += 1
        found.length = 0
        next = undefined
        continue
      }
      const { items, metadata } = objectOf<Page>(what, answer)
      // The items of a list lack the two fields that make them objects.
      found.push(...items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind })))
      next = metadata.continue
      if (!next) return { items: found, resourceVersion: metadata.resourceVersion }
    }
  }

export const queryOf = (values: Record<string, string | number | boolean | undefined>): string => {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) if (value) query.set(key, String(value))
  return `?${query}`
}
