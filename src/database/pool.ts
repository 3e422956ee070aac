import { z } from 'zod'
import { PreviewError } from '../errors.ts'

/**
 * The database pool: who has which database, and who waits for one. Pure; `pool-store.ts` reads and writes it. Every state in
 * which a database is not free has somebody who ends it: a lease its environment's removal, the others any run that waits.
 */

const tenant = z.looseObject({
  /** Id of the environment: every run of it gets the same database, and keeps what is in it. */
  environment: z.string(),
  repository: z.string(),
  repositoryId: z.number(),
  branch: z.string(),
  pullRequests: z.array(z.number()),
})

/** Goes up with every lease of this database, so that nothing of an earlier one can be taken for the present one's. */
const generation = z.number()

const slot = z.discriminatedUnion('state', [
  z.looseObject({ state: z.literal('free'), generation }),
  z.looseObject({ state: z.literal('leased'), generation, tenant, since: z.string() }),
  /** Its last tenant is gone; `by` takes away what it left. */
  z.looseObject({ state: z.literal('cleaning'), generation, tenant, by: z.string(), since: z.string() }),
  /** That did not succeed: nobody gets it before it did. */
  z.looseObject({ state: z.literal('dirty'), generation, tenant, why: z.string(), since: z.string() }),
])

const poolSchema = z.looseObject({
  v: z.literal(1),
  slots: z.record(z.string(), slot),
  /** First come, first served. `beat` goes up while its run is alive. */
  queue: z.array(z.looseObject({ tenant, beat: z.number() })),
  /** Goes up where nothing else changes but everything that was decided before must not happen any more. */
  fence: z.number(),
})

export type Pool = z.infer<typeof poolSchema>
export type Tenant = z.infer<typeof tenant>
export type Slot = z.infer<typeof slot>
export type Ticket = Pool['queue'][number]
export type Lease = { name: string; generation: number }
/** A lease with its tenant: as an environment's record says it, or as one that is gone has left it. */
export type Held = Lease & { tenant: Tenant }

export const parsePool = (object: string, json: string | undefined): Pool => {
  try {
    return poolSchema.parse(JSON.parse(json ?? ''))
  } catch (cause) {
    throw new PreviewError('Rejected', `the database pool ${object} cannot be read`, {
      object,
      hint: 'a newer release of the action may have written it: use the same everywhere. Deleted, it is made anew from the records of the environments',
      cause,
    })
  }
}

/** A pool that was never there, or was lost: what the records of living environments say is leased, all else is free. */
export const firstPool = (names: readonly string[], held: readonly Held[], now: Date): Pool => {
  const all = [...new Set([...names, ...held.map(({ name }) => name)])]
  const slots = all.map((name): [string, Slot] => {
    const of = held.filter((one) => one.name === name)
    const [first, second] = of
    if (first !== undefined && second !== undefined) throw ambiguous(name, of)
    if (first === undefined) return [name, { state: 'free', generation: 0 }]
    const { generation, tenant } = first
    return [name, { state: 'leased', generation, tenant, since: now.toISOString() }]
  })
  return { v: 1, slots: Object.fromEntries(slots), queue: [], fence: 0 }
}

const ambiguous = (name: string, held: readonly Held[]): PreviewError =>
  new PreviewError(
    'Rejected',
    `the pool is lost, and the records of ${held.length} environments say that ${name} is theirs`,
    {
      object: name,
      problems: held.map(({ tenant, generation }) => ({ message: `${tenantName(tenant)}: lease ${generation}` })),
      hint: 'remove one of these previews (mode teardown), then run again',
    },
  )

/** As the install says it: what is no longer in the list goes when nobody has it. The same pool when nothing is to change. */
export const withNames = (pool: Pool, names: readonly string[]): Pool => {
  const isKept = ([name, { state }]: [string, Slot]) => names.includes(name) || state !== 'free'
  const kept = Object.entries(pool.slots).filter(isKept)
  const added = names.filter((name) => !(name in pool.slots))
  if (added.length === 0 && kept.length === Object.keys(pool.slots).length) return pool
  const free = added.map((name): [string, Slot] => [name, { state: 'free', generation: 0 }])
  return { ...pool, slots: Object.fromEntries([...kept, ...free]) }
}

export const leaseOf = (pool: Pool, environment: string): Lease | undefined => {
  const held = heldBy(pool, environment)
  return held && { name: held.name, generation: held.generation }
}

/** 1 is next; `undefined` when it does not wait. */
export const positionOf = ({ queue }: Pool, environment: string): number | undefined => {
  const index = queue.findIndex(({ tenant }) => tenant.environment === environment)
  return index < 0 ? undefined : index + 1
}

type Asking = {
  /** Whether the run of a ticket still shows that it waits. One's own always does. */
  isAlive(ticket: Ticket): boolean
  /** Shows that this one waits. */
  beat: boolean
  now: Date
}

/**
 * Asks for a database: the lease that the environment has already, a free one when nobody waits longer, or a place in the
 * queue. Whoever does not show that it still waits loses its place, so that the dead keep nobody waiting.
 */
export const asked = (pool: Pool, tenant: Tenant, { isAlive, beat, now }: Asking): Pool => {
  if (leaseOf(pool, tenant.environment) !== undefined) return withoutTicket(pool, tenant.environment)
  const isMine = (ticket: Ticket) => ticket.tenant.environment === tenant.environment
  const alive = pool.queue.filter((ticket) => isMine(ticket) || isAlive(ticket))
  const place = alive.findIndex(isMine)
  const isNext = place === 0 || (place < 0 && alive.length === 0)
  const free = Object.entries(pool.slots).find(([, { state }]) => state === 'free')
  if (isNext && free !== undefined) {
    const [name, { generation }] = free
    const leased: Slot = { state: 'leased', generation: generation + 1, tenant, since: now.toISOString() }
    return { ...pool, slots: { ...pool.slots, [name]: leased }, queue: alive.filter((ticket) => !isMine(ticket)) }
  }
  if (place < 0) return { ...pool, queue: [...alive, { tenant, beat: 0 }] }
  if (!beat && alive.length === pool.queue.length) return pool
  return {
    ...pool,
    queue: alive.map((ticket) => (beat && isMine(ticket) ? { ...ticket, beat: ticket.beat + 1 } : ticket)),
  }
}

export const withoutTicket = (pool: Pool, environment: string): Pool =>
  positionOf(pool, environment) === undefined
    ? pool
    : { ...pool, queue: pool.queue.filter(({ tenant }) => tenant.environment !== environment) }

/** The same database with a higher generation: what it was is over. Nothing changes when it is another one by now. */
export const raised = (pool: Pool, { name, generation }: Lease, to = generation + 1): Pool => {
  const slot = pool.slots[name]
  if (slot === undefined || slot.generation !== generation || to <= generation) return pool
  return { ...pool, slots: { ...pool.slots, [name]: { ...slot, generation: to } } }
}

/** What becomes of a lease that ends: at once free, or first cleaned. */
export type Aftermath = { state: 'free' } | { state: 'cleaning'; by: string } | { state: 'dirty'; why: string }

/**
 * Ends what the environment has of the pool: its lease and its place in the queue. Always a change, so that what an older run
 * of it decided on before is refused.
 */
export const released = (pool: Pool, environment: string, aftermath: Aftermath, now: Date): Pool => {
  const held = heldBy(pool, environment)
  const next = { ...withoutTicket(pool, environment), fence: pool.fence + 1 }
  return held === undefined ? next : withSlot(next, held, aftermath, now)
}

const heldBy = ({ slots }: Pool, environment: string): Held | undefined => {
  const found = Object.entries(slots).find(
    ([, slot]) => slot.state === 'leased' && slot.tenant.environment === environment,
  )
  return found && heldIn(...found)
}

const heldIn = (name: string, slot: Slot): Held | undefined =>
  slot.state === 'free' ? undefined : { name, generation: slot.generation, tenant: slot.tenant }

const withSlot = (pool: Pool, { name, generation, tenant }: Held, aftermath: Aftermath, now: Date): Pool => {
  const slot: Slot =
    aftermath.state === 'free'
      ? { state: 'free', generation }
      : { ...aftermath, generation, tenant, since: now.toISOString() }
  return { ...pool, slots: { ...pool.slots, [name]: slot } }
}

/** One that is to be cleaned: it could not be, or whoever does it has ended. `undefined` when none may be tried. */
export const cleanable = (
  pool: Pool,
  { isAlive, mayTry }: { isAlive(name: string, slot: Slot): boolean; mayTry(name: string): boolean },
): Held | undefined => {
  const found = Object.entries(pool.slots).find(([name, slot]) => {
    const isLeft = slot.state === 'dirty' || (slot.state === 'cleaning' && !isAlive(name, slot))
    return isLeft && mayTry(name)
  })
  return found && heldIn(...found)
}

/** What an environment has of the pool, or gave back in an earlier run that did not get to the end with it. */
export const heldOrLeft = (pool: Pool, environment: string): Held | undefined => {
  const found = Object.entries(pool.slots).find(
    ([, slot]) => slot.state !== 'free' && slot.tenant.environment === environment,
  )
  return heldBy(pool, environment) ?? (found && heldIn(...found))
}

/** Nothing changes when somebody else was faster. */
export const cleaningBy = (pool: Pool, { name, generation }: Lease, by: string, now: Date): Pool => {
  const slot = pool.slots[name]
  if (slot === undefined || slot.generation !== generation) return pool
  if (slot.state !== 'dirty' && slot.state !== 'cleaning') return pool
  return withSlot(pool, { name, ...slot }, { state: 'cleaning', by }, now)
}

/** How a cleaning ended. Nothing changes when it is another's by now. */
export const cleanedBy = (
  pool: Pool,
  name: string,
  by: string,
  ending: Exclude<Aftermath, { state: 'cleaning' }>,
  now: Date,
): Pool => {
  const slot = pool.slots[name]
  if (slot?.state !== 'cleaning' || slot.by !== by) return pool
  return withSlot(pool, { name, ...slot }, ending, now)
}

/** `acme/shop#12 (feature/login)` */
const tenantName = ({ pullRequests, branch, repository }: Tenant): string =>
  `${pullRequests.map((number) => `${repository}#${number}`).join(', ') || repository} (${branch})`

/** Who has what, a line for each database. */
export const holdersOf = ({ slots }: Pool): string[] =>
  Object.entries(slots).map(([name, slot]) => `${name} ${standingOf(slot)}`)

/** `2026-11-21 11:34 UTC` */
const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

const standingOf = (slot: Slot): string => {
  switch (slot.state) {
    case 'free':
      return 'is free'
    case 'leased':
      return `belongs to ${tenantName(slot.tenant)} since ${minute(slot.since)}`
    case 'cleaning':
      return `is being cleaned since ${minute(slot.since)}`
    case 'dirty':
      return `could not be cleaned: ${slot.why}`
  }
}
