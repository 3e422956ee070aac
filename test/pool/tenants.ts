import type { Live } from '../../src/cluster/cluster.ts'
import { type Pool, parsePool } from '../../src/database/pool.ts'
import { LABEL } from '../../src/names.ts'
import type { MemoryServer, Write } from '../simulation/memory-server.ts'
import type { Operation } from './linearizable.ts'

/** Which environment has which database. */
type Leases = Record<string, string>

/** Follows every write of a world with a pool, and says what must not be. */
export const tenants = () => {
  const violations: string[] = []
  const operations: Operation<Leases>[] = []
  const highest = new Map<string, number>()
  let moment = 0
  let isLost = false

  const noteSlots = (before: Pool | undefined, after: Pool): void => {
    const owners = Object.values(after.slots).flatMap((slot) =>
      slot.state === 'leased' ? [slot.tenant.environment] : [],
    )
    if (new Set(owners).size < owners.length) violations.push('an environment has two databases')
    for (const [name, slot] of Object.entries(after.slots)) {
      const was = before?.slots[name]
      const isOther =
        slot.state === 'leased' && was?.state === 'leased' && was.tenant.environment !== slot.tenant.environment
      if (isOther) violations.push(`${name} went from one tenant to the next without being given back`)
      if (slot.state === 'leased' && (was?.state === 'dirty' || was?.state === 'cleaning'))
        violations.push(`${name} was leased while it was ${was.state}`)
      if (!isLost && slot.generation < (highest.get(name) ?? 0)) violations.push(`${name} counts backwards`)
      highest.set(name, slot.generation)
    }
  }

  /** A pod with its Secret can use its database: two environments that can, with one database, are what must not be. */
  const noteUse = (server: MemoryServer): void => {
    const all = server.all().filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    const environments = (kind: string) => all.filter((live) => live.kind === kind)
    const users = new Map<string, string>()
    for (const workload of environments('Deployment')) {
      const environment = workload.metadata.labels?.[LABEL.environment] ?? ''
      const wanted = secretIn(workload)
      const secret = environments('Secret').find(({ metadata }) => metadata.name === wanted)
      if (secret === undefined) continue
      const database = Buffer.from(secret.data?.DATABASE_NAME ?? '', 'base64').toString()
      const other = users.get(database)
      if (other !== undefined && other !== environment)
        violations.push(`${database} is used by ${other} and ${environment}`)
      users.set(database, environment)
    }
  }

  return {
    violations,
    operations,
    note: ({ before, after }: Write, server: MemoryServer): void => {
      const poolIn = (live: Live | undefined) =>
        live?.data?.pool === undefined ? undefined : parsePool('pool', live.data.pool)
      const pool = poolIn(after)
      if (pool) noteSlots(poolIn(before), pool)
      if (poolIn(before) && poolIn(after) === undefined) isLost = true
      noteUse(server)
    },
    /** Takes down when something was asked for and what was answered. */
    operation: async <T>(
      name: string,
      act: () => Promise<T>,
      applied: (leases: Leases, answer: T | undefined) => Leases | undefined,
    ): Promise<T> => {
      let answer: T | undefined
      moment += 1
      const operation: Operation<Leases> = {
        name: `${name} ${moment}`,
        called: moment,
        answered: undefined,
        apply: (leases) => applied(leases, answer),
      }
      operations.push(operation)
      answer = await act()
      moment += 1
      operation.answered = moment
      return answer
    },
  }
}

const secretIn = ({ spec }: Live): string => {
  const { template } = spec as { template: { spec: { containers: { envFrom: { secretRef: { name: string } }[] }[] } } }
  return template.spec.containers[0]?.envFrom[0]?.secretRef.name ?? ''
}
