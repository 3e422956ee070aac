import { createServer } from 'dns2'
import { isLoadBalancer } from '../aws/route53/load-balancer-zones.ts'
import type { RecordSet } from '../aws/route53/record-set.ts'
import { questionOf, replyTo } from './wire.ts'
import { type Question, type ZoneAnswer, zoneAnswer } from './zone-answer.ts'

export type Query = Question & { at: number; from: string; code: string }

export type DnsOptions = {
  /** `address:port` to listen on. Port 0 is free. */
  addresses: readonly string[]
  /** With a dot at the end. */
  zone: string
  records: () => Promise<readonly RecordSet[]>
  /** Where a load balancer is for who asked at the address `here`; undefined where there is none of this name. */
  addressOf: (balancer: string, here: string) => Promise<string | undefined>
}

const KEPT_QUERIES = 10_000

/** The zone's name server, and the only one of the stack: other names are REFUSED. */
export const startDns = async (
  options: DnsOptions,
): Promise<{ addresses: string[]; queries(): readonly Query[]; close(): Promise<void> }> => {
  const asked: Query[] = []
  const keep = (query: Query): void => {
    asked.push(query)
    if (asked.length > KEPT_QUERIES) asked.shift()
  }

  /** With addresses where load balancers stand; as in Route 53, an alias to one that is gone has no answer. */
  const placed = async (answer: ZoneAnswer, here: string): Promise<ZoneAnswer> => {
    const placing = answer.answers.map(async (record) => {
      if (record.type !== 'A' || !isLoadBalancer(record.value)) return [record]
      const value = await options.addressOf(record.value, here)
      return value === undefined ? [] : [{ ...record, value }]
    })
    return { ...answer, answers: (await Promise.all(placing)).flat() }
  }

  const listen = async (at: string) => {
    const [address = '127.0.0.1', port = '53'] = at.split(':')
    const server = createServer({
      udp: true,
      handle: async (request, send, client) => {
        const question = questionOf(request)
        const answer = await options
          .records()
          .then((sets) => placed(zoneAnswer(question, { name: options.zone, sets }), address))
          .catch(() => 'SERVFAIL' as const)
        const code = answer === 'SERVFAIL' ? answer : answer.code
        keep({ ...question, at: Date.now(), from: 'address' in client ? String(client.address) : '', code })
        send(replyTo(request, answer))
      },
    })
    await server.listen({ udp: { address, port: Number(port) } })
    return server
  }
  const servers = await Promise.all(options.addresses.map(listen))
  return {
    addresses: servers.map((server) => {
      const { udp } = server.addresses()
      return `${udp?.address}:${udp?.port}`
    }),
    queries: () => asked,
    close: async () => {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}
