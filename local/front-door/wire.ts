import { Packet } from 'dns2'
import { z } from 'zod'
import { recordName } from '../aws/route53/record-set.ts'
import type { Question, ResourceRecord, ZoneAnswer } from './zone-answer.ts'

const CODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const
const TYPES: Readonly<Record<string, number>> = Packet.TYPE
const TYPE_NAMES = new Map(Object.entries(TYPES).map(([name, number]) => [number, name]))

const bare = (name: string): string => name.replace(/\.$/, '')
const unquoted = (text: string): string[] =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inner = '']) => inner.replace(/\\(.)/g, '$1'))

const soaNumbers = z.tuple([z.string(), z.string()]).rest(z.coerce.number())

const dataOf = ({ type, value }: ResourceRecord): Record<string, unknown> => {
  if (type === 'A' || type === 'AAAA') return { address: value }
  if (type === 'CNAME') return { domain: bare(value) }
  if (type === 'NS') return { ns: bare(value) }
  if (type === 'TXT') return { data: unquoted(value) }
  const [primary, admin, serial, refresh, retry, expiration, minimum] = soaNumbers.parse(value.split(' '))
  return { primary: bare(primary), admin: bare(admin), serial, refresh, retry, expiration, minimum }
}

const encoded = (record: ResourceRecord): object => ({
  name: bare(record.name),
  type: TYPES[record.type],
  class: Packet.CLASS.IN,
  ttl: record.ttl,
  ...dataOf(record),
})

export const questionOf = (packet: Packet): Question => {
  const [question] = packet.questions
  return { name: recordName(question?.name ?? ''), type: TYPE_NAMES.get(question?.type ?? 0) ?? '?' }
}

/** A reply to `request`; only the types of record-set values this product writes, and SOA and NS, can be put in it. */
export const replyTo = (request: Packet, answer: ZoneAnswer | 'SERVFAIL'): Packet => {
  const reply = Packet.createResponseFromRequest(request)
  reply.header.aa = 1
  reply.header.rcode = CODES[answer === 'SERVFAIL' ? answer : answer.code]
  if (answer === 'SERVFAIL') return reply
  reply.answers.push(...(answer.answers.map(encoded) as typeof reply.answers))
  reply.authorities.push(...(answer.authority.map(encoded) as typeof reply.authorities))
  return reply
}
