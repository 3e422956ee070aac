import type http from 'node:http'
import type { Route53Client } from '@aws-sdk/client-route-53'
import { bodyOf, type Upstream } from '../forward.ts'
import { parseChangeBatch } from './change-batch.ts'
import { refusalOf, type Zone } from './change-rules.ts'
import { type Answer, errorAnswer } from './error-answer.ts'
import { listRecordSets } from './list.ts'
import type { RecordSet } from './record-set.ts'
import { type Rate, tokenBucket } from './token-bucket.ts'

const CHANGE_SETS = /^\/2013-04-01\/hostedzone\/([^/?]+)\/rrset\/?$/
const GET_CHANGE = /^\/2013-04-01\/change\/([^/?]+)$/
const ANY = /^\/2013-04-01\//

export type Route53Options = {
  upstream: Upstream
  /** Reads zones past the strict layer; needs ListResourceRecordSets on all of them. */
  client: Route53Client
  /** How long a change stays PENDING. */
  syncDelayMs: number
  /** Requests of the whole account; without it there is no limit. */
  rate?: Rate
  now: () => number
}

/** The zone as it is now, or undefined where there is none. */
const readZone = async (client: Route53Client, id: string): Promise<Zone | undefined> => {
  try {
    const sets = await listRecordSets(client, id)
    return { id, name: sets.find(({ type }) => type === 'SOA')?.name ?? '.', sets }
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchHostedZone') return undefined
    throw error
  }
}

const judged = (zone: Zone | undefined, body: Buffer): Answer | undefined => {
  if (!zone) return undefined // the service says so itself
  const changes = parseChangeBatch(body.toString())
  if ('invalid' in changes) return errorAnswer('InvalidInput', [changes.invalid])
  const refusal = refusalOf(zone, changes)
  return refusal && errorAnswer(refusal.code, refusal.messages)
}

/** A change the name servers do not know before `until`, and the zone as they know it. */
type Pending = { zone: Zone; until: number }

export type StrictRoute53 = {
  /** Answers as AWS would, or returns undefined: the request may go through untouched. */
  answer(request: http.IncomingMessage): Promise<Answer | undefined>
  /** What the zone's name servers answer from: without the changes that are still PENDING. */
  servedRecords(zoneId: string): Promise<readonly RecordSet[]>
}

export const strictRoute53 = ({ upstream, client, syncDelayMs, rate, now }: Route53Options): StrictRoute53 => {
  const changing = new Set<string>()
  const untilById = new Map<string, number>()
  let pending: Pending[] = []
  const allowed = rate ? tokenBucket(rate, now) : () => true

  /** A caller who may not do this hears that, and nothing about the zone. */
  const refuse = async (request: http.IncomingMessage, body: Buffer, refusal: Answer): Promise<Answer> => {
    const permission = await upstream.ask(request, body, { 'x-authorize-only': 'true' })
    return permission.status < 300 ? refusal : permission
  }

  const carryOut = async (request: http.IncomingMessage, body: Buffer, zone: Zone): Promise<Answer> => {
    // Set before the change is made; should it be refused after all, the zone is still the one that is served.
    const until = now() + syncDelayMs
    pending = [...pending.filter((earlier) => earlier.until > now()), { zone, until }]
    const answer = await upstream.ask(request, body)
    const changeId = /<Id>\/change\/([^<]+)<\/Id>/.exec(answer.body)?.[1]
    if (changeId) untilById.set(changeId, until)
    return answer
  }

  const change = async (request: http.IncomingMessage, zoneId: string): Promise<Answer> => {
    const body = await bodyOf(request)
    if (changing.has(zoneId)) {
      const text = 'The request was rejected because Route 53 was still processing a prior request.'
      return refuse(request, body, errorAnswer('PriorRequestNotComplete', [text]))
    }
    changing.add(zoneId)
    try {
      const zone = await readZone(client, zoneId)
      const refusal = judged(zone, body)
      if (refusal) return await refuse(request, body, refusal)
      return zone ? await carryOut(request, body, zone) : await upstream.ask(request, body)
    } finally {
      changing.delete(zoneId)
    }
  }

  const getChange = async (request: http.IncomingMessage, changeId: string): Promise<Answer> => {
    const answer = await upstream.ask(request, await bodyOf(request))
    const until = untilById.get(changeId)
    if (until === undefined) return answer
    const status = until > now() ? 'PENDING' : 'INSYNC'
    return { ...answer, body: answer.body.replace(/<Status>\w+<\/Status>/, `<Status>${status}</Status>`) }
  }

  return {
    answer: async (request) => {
      const { pathname } = new URL(request.url ?? '/', 'http://aws')
      if (!ANY.test(pathname)) return undefined
      if (!allowed()) return errorAnswer('Throttling', ['Rate exceeded'])
      const zoneId = request.method === 'POST' ? CHANGE_SETS.exec(pathname)?.[1] : undefined
      if (zoneId) return change(request, zoneId)
      const changeId = request.method === 'GET' ? GET_CHANGE.exec(pathname)?.[1] : undefined
      return changeId ? getChange(request, changeId) : undefined
    },
    servedRecords: async (zoneId) => {
      const records = await listRecordSets(client, zoneId)
      // The oldest change still on its way: the servers know the zone as it was before that one.
      return pending.find(({ zone, until }) => zone.id === zoneId && until > now())?.zone.sets ?? records
    },
  }
}
