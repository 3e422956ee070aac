/** Route 53 as we use it: one hosted zone, exact record sets, all-or-nothing batches. */

export type RecordType = 'A' | 'AAAA' | 'TXT' | 'CNAME' | 'NS' | 'SOA' | (string & {})
export type RecordSet = {
  /** Lower case, without the trailing dot, `\052` written as `*`. */
  name: string
  type: RecordType
  ttl?: number
  /** TXT values carry their quotes, as Route 53 stores them. */
  values?: string[]
  alias?: { zoneId: string; dnsName: string; evaluateTargetHealth: boolean }
}
export type Change = { action: 'CREATE' | 'DELETE' | 'UPSERT'; record: RecordSet }

/** A batch was refused because the zone is not as we thought. `messages` are AWS' own, to be shown as untrusted text. */
export class BatchRefused extends Error {
  override name = 'BatchRefused'
  readonly messages: readonly string[]
  constructor(messages: readonly string[], cause: unknown) {
    super(messages.join('; '), { cause })
    this.messages = messages
  }
}

export type Zone = {
  /** All record sets at exactly these names. */
  at(names: readonly string[]): Promise<RecordSet[]>
  /** Sends one atomic batch; returns the change's id. Throws `BatchRefused`. */
  change(changes: readonly Change[], comment: string): Promise<string>
  /** True once every Route 53 server answers with the change. */
  inSync(changeId: string): Promise<boolean>
}

export type LoadBalancers = {
  /** The alias target of a load balancer known by its hostname. `undefined` while ELBv2 does not list it. */
  aliasTarget(hostname: string): Promise<{ zoneId: string; dnsName: string } | undefined>
}
