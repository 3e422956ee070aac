import { isDeepStrictEqual } from 'node:util'
import { type Applied, type Cluster, type KubeObject, type Live, refOf, subject } from './cluster.ts'
import { type PathOf, unserved } from './discovery.ts'
import { accepted, objectOf } from './refusal.ts'
import type { Answer, Transport } from './transport.ts'
import type { Request } from './wire.ts'

type Api = { send: Transport['send']; pathOf: PathOf; get: Cluster['get'] }

const TIMEOUT = 12_000
/** The server gives up before we do, so that its answer says why. */
const QUERY = { fieldManager: 'eks-preview', fieldValidation: 'Strict', timeout: '10s' }

/** What an object that was read carries along, and what the write itself moves on. */
const WRITTEN_BY_SERVER = ['resourceVersion', 'generation', 'managedFields']

/**
 * A write whose answer is lost is sent again. The answer to the second may then speak of what the first one did: a 409
 * or 404 is looked into before it is believed.
 */
export const writing = (api: Api): Pick<Cluster, 'create' | 'replace' | 'apply' | 'delete'> => ({
  create: async (object) => {
    const { apiVersion, kind, namespace } = refOf(object)
    const path = await api.pathOf({ apiVersion, kind, namespace: namespace ?? '' })
    return stored(api, object, await write(api, { method: 'POST', path, body: object }, object))
  },

  replace: async (object) => {
    const path = await api.pathOf(refOf(object))
    return stored(api, object, await write(api, { method: 'PUT', path, body: object }, object))
  },

  apply: async (object, options) => {
    const answer = await patch(api, object, options)
    const conflict = answer.lost && answer.status === 409 && !options.dryRun
    const landed = conflict ? await landedApply(api, object) : undefined
    return landed ?? { live: objectOf<Live>(subject(object), answer), warnings: answer.warnings }
  },

  delete: async (ref, preconditions) => {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions }
    const path = await api.pathOf(ref).catch(unserved)
    if (path === undefined) return 'absent'
    const answer = await api.send({ method: 'DELETE', path, what: subject(ref), body, timeout: TIMEOUT, writes: true })
    if (answer.status === 404) return answer.lost ? 'deleted' : 'absent'
    if (answer.status !== 409) {
      accepted(subject(ref), answer)
      return 'deleted'
    }
    const live = await api.get(ref)
    if (live === undefined) return answer.lost ? 'deleted' : 'absent'
    const terminating = live.metadata.deletionTimestamp !== undefined && live.metadata.uid === preconditions.uid
    return terminating ? 'deleted' : 'changed'
  },
})

const write = (api: Api, request: Pick<Request, 'method' | 'path' | 'body'>, object: KubeObject): Promise<Answer> =>
  api.send({
    ...request,
    path: `${request.path}?${new URLSearchParams(QUERY)}`,
    what: subject(object),
    timeout: TIMEOUT,
    writes: true,
  })

const patch = async (api: Api, object: KubeObject, { dryRun, force }: { dryRun: boolean; force: boolean }) => {
  const query = new URLSearchParams({ ...QUERY, force: String(force), ...(dryRun ? { dryRun: 'All' } : {}) })
  return api.send({
    method: 'PATCH',
    path: `${await api.pathOf(refOf(object))}?${query}`,
    what: subject(object),
    contentType: 'application/apply-patch+yaml', // the server's YAML parser reads what JSON.stringify writes
    body: object,
    timeout: TIMEOUT,
    writes: !dryRun,
  })
}

/** Our own first attempt is the conflict when the live object is what it would have made. */
const stored = async (api: Api, object: KubeObject, answer: Answer): Promise<Live> => {
  const live = answer.lost && answer.status === 409 ? await api.get(refOf(object)) : undefined
  return live !== undefined && isMadeOf(live, object) ? live : objectOf<Live>(subject(object), answer)
}

const isMadeOf = (live: Live, { status: _, metadata, ...content }: KubeObject): boolean => {
  const ours = Object.fromEntries(Object.entries(metadata).filter(([key]) => !WRITTEN_BY_SERVER.includes(key)))
  return holds(live, { ...content, metadata: ours }) && isDeepStrictEqual(live.data, content.data)
}

/** The server adds defaults; what was sent is all there. */
const holds = (live: unknown, sent: unknown): boolean => {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return isDeepStrictEqual(live, sent)
  if (typeof live !== 'object' || live === null) return false
  return Object.entries(sent).every(([key, value]) => holds((live as Record<string, unknown>)[key], value))
}

/** The server normalizes what is applied, so it is asked: would applying it once more change anything? */
const landedApply = async (api: Api, object: KubeObject): Promise<Applied | undefined> => {
  const live = await api.get(refOf(object))
  const { resourceVersion: _, ...metadata } = object.metadata
  const again = await patch(api, { ...object, metadata } as KubeObject, { dryRun: true, force: true })
  if (live === undefined || !isDeepStrictEqual(again.json, live)) return undefined
  return { live, warnings: again.warnings }
}
