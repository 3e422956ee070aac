import { type Cluster, type Live, subject, type WatchEvent } from './cluster.ts'
import type { PathOf } from './discovery.ts'
import { queryOf } from './read.ts'
import { accepted, objectOf } from './refusal.ts'
import type { Transport } from './transport.ts'
import type { Response } from './wire.ts'

const OPEN_TIMEOUT = 12_000
/** Seconds until the server ends a watch by itself, give or take a fifth: not all at once. */
const LIFETIME = 240
/** A connection that a NAT gateway forgot says nothing for ever. A live one may be as quiet: asking again costs one request. */
const SILENCE = 60_000

export const watching = (
  open: Transport['open'],
  pathOf: PathOf,
  silence: number = SILENCE,
): Pick<Cluster, 'watch'> => ({
  watch: async function* ({ resourceVersion, labelSelector, ...kind }, signal) {
    const what = subject({ kind: `the watch of ${kind.kind}`, namespace: kind.namespace })
    const timeoutSeconds = Math.round(LIFETIME * (0.8 + 0.4 * Math.random()))
    const query = { watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds, labelSelector }
    const path = (await pathOf(kind)) + queryOf(query)
    const answer = await open({ method: 'GET', path, what, timeout: OPEN_TIMEOUT, silence, signal })
    for await (const line of accepted(what, answer).lines ?? []) yield eventIn(line, what, answer)
  },
})

/** An error after the answer has begun comes as an event, with the status that the answer would have had. */
const eventIn = (text: string, what: string, answer: Response): WatchEvent => {
  const json = parsed(text)
  const { type, object } = objectOf<{ type: string; object: Live & { code?: number } }>(what, { ...answer, text, json })
  if (type === 'ERROR') accepted(what, { ...answer, text, status: object.code ?? 500, json: object })
  return { type: type as WatchEvent['type'], object }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
