import { isDeepStrictEqual } from 'node:util'
import { PreviewError } from '../errors.ts'
import type { Environment } from '../names.ts'
import { pace } from '../pace.ts'
import { poll } from '../poll.ts'
import type { Say } from '../step.ts'
import { type Claim, claim, namesOf, ownershipAt, type Target, touch } from './claim.ts'
import { inSync } from './in-sync.ts'
import { ownedByOther } from './owned-by-other.ts'
import { ownerLine } from './owner.ts'
import { BatchRefused, type Change, type LoadBalancers, type RecordSet, type Zone } from './records.ts'

type Wish = {
  hosts: readonly string[] /** Of the load balancer. */
  hostname: string
  environment: Environment
  life: string
}
type Run = { timeout: number; signal: AbortSignal; say: Say }
/** `written` counts changes; 0 when the zone was already as wanted. */
export type Pointed = { written: number; warnings: string[] }

// A swap of one host counts as six records (an UPSERT as two) and 230 characters of values; a batch may have 1,000 and
// 32,000. A load balancer has no more than 100 rules anyway.
const MOST_HOSTS = 100

/** Makes the hosts, all in one atomic batch, lead to the load balancer, and waits until all of Route 53 knows. */
export const pointDns = async (zone: Zone, balancers: LoadBalancers, wish: Wish, run: Run): Promise<Pointed> => {
  const { hosts, hostname, environment, life } = wish
  if (hosts.length > MOST_HOSTS)
    throw new PreviewError(
      'BadInput',
      `${hosts.length} hosts are more than one change of a zone can hold: ${MOST_HOSTS}`,
    )
  const target = await aliasTarget(balancers, hostname, run)
  const wanted: Claim = { hosts, environment, life, target }

  const sent = await decideAndSend(zone, wanted)
  const count = `${hosts.length} ${hosts.length === 1 ? 'name' : 'names'}`
  if (sent === undefined) {
    run.say.unchanged(`${count} already at ${target.dnsName}`)
    return { written: 0, warnings: [] }
  }
  run.say.detail(`${count} to ${target.dnsName}, ${sent.changes.length} changes`)
  const warnings = (await inSync(zone, sent.id, run))
    ? []
    : [
        `Route 53 did not report change ${sent.id} as served everywhere within ${Math.round(run.timeout / 1000)} s; going on`,
      ]
  for (const warning of warnings) run.say.warning(warning)
  return { written: sent.changes.length, warnings }
}

type Sent = { id: string; changes: Change[] }

/** `undefined` when there is nothing to change. A refused batch is followed by one more look: its first answer may have been lost. */
const decideAndSend = async (zone: Zone, wanted: Claim): Promise<Sent | undefined> => {
  const before = await zone.at(namesOf(wanted.hosts))
  const changes = await decide(zone, wanted, before)
  if (changes.length === 0) return undefined
  try {
    return await send(zone, wanted, changes)
  } catch (error) {
    if (!(error instanceof BatchRefused)) throw error
    const now = await zone.at(namesOf(wanted.hosts))
    const again = await decide(zone, wanted, now)
    refuseOvertaken(wanted, before, now)
    if (isDeepStrictEqual(again, changes)) throw rejected(error)
    try {
      return await send(zone, wanted, again.length > 0 ? again : touch(wanted.hosts, now))
    } catch (refusedAgain) {
      throw refusedAgain instanceof BatchRefused ? rejected(refusedAgain) : refusedAgain
    }
  }
}

const decide = async (zone: Zone, wanted: Claim, found: RecordSet[]): Promise<Change[]> => {
  const { changes, conflicts } = claim(wanted, found)
  if (conflicts.length > 0) throw await ownedByOther(zone, conflicts)
  return changes
}

const send = async (zone: Zone, { environment }: Claim, changes: Change[]): Promise<Sent> => ({
  id: await zone.change(changes, `eks-preview ${environment.id}`),
  changes,
})

/**
 * Ownership that changed between two looks, and not to this life's, was changed by a newer run or by the teardown: going on
 * would bring back what they removed.
 */
const refuseOvertaken = ({ hosts, environment, life }: Claim, before: RecordSet[], now: RecordSet[]): void => {
  for (const host of hosts) {
    const txt = ownershipAt(host, now)
    if (isDeepStrictEqual(txt, ownershipAt(host, before)) || txt?.values?.[0] === ownerLine(environment, life)) continue
    throw new PreviewError(
      'Superseded',
      `the records of ${host} were ${txt ? 'taken over' : 'removed'} by another run meanwhile`,
      {
        object: host,
        hint: 'a newer run or a teardown is at work on this environment; if there is none, run the job again',
      },
    )
  }
}

const rejected = (cause: BatchRefused) =>
  new PreviewError('Rejected', `Route 53 refused the change: ${cause.message}`, {
    cause,
    hint: 'the message is from Route 53; a protected record and a full zone are refused like this',
    problems: cause.messages.map((message) => ({ message })),
  })

/** ELBv2 answers a little later than the Ingress for a load balancer that was just made. */
const aliasTarget = ({ aliasTarget }: LoadBalancers, hostname: string, { timeout, signal }: Run): Promise<Target> => {
  const due = pace(1_000, 10_000)
  return poll(
    {
      what: `load balancer ${hostname} to be listed by Elastic Load Balancing`,
      every: 500,
      timeout,
      signal,
      hint: "check that the region is the cluster's, and that the Ingress has an Application Load Balancer",
    },
    async () => (due() ? await aliasTarget(hostname) : undefined),
  )
}
