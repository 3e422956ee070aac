import type { Cluster, KubeObject } from '../../src/cluster/cluster.ts'
import type { Claim } from '../../src/cluster/record.ts'
import { parsePool } from '../../src/database/pool.ts'
import type { DatabaseSettings } from '../../src/database/settings.ts'
import { controllers } from '../simulation/controllers.ts'
import { type Carry, memoryCluster } from '../simulation/memory-cluster.ts'
import { memoryServer } from '../simulation/memory-server.ts'
import { type Random, randomFrom } from '../simulation/random.ts'
import { type Actor, schedule, type Upset } from '../simulation/schedule.ts'
import { databaseServer, STATE_MACHINE } from './database-server.ts'
import { linearized } from './linearizable.ts'
import { type Ending, environmentAt, NAMESPACE, type Part, type Player, play } from './runs.ts'
import { tenants } from './tenants.ts'

/** Made on purpose, in what a run knows of its claim, in what it sends, or in the order of a removal. */
export type Defect = { claim?: (real: Claim) => Claim; cluster?: (real: Cluster) => Cluster; releasesFirst?: true }
export type Played = { violations: string[]; trace: string[]; leases: number }

const POOL = { apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACE, name: 'eks-preview.pool.default' }
const WRITE = /^(apply|create|replace|delete|start) /
const NONE: Upset = { kind: 'none' }

/** One schedule of a pool that more want a database of than it has, from its seed; and what happened in it that must not. */
export const playPool = async (
  kind: DatabaseSettings['credentials']['kind'],
  seed: number,
  defect: Defect = {},
): Promise<Played> => {
  const random = randomFrom(seed)
  const turns = schedule(random)
  const ledger = tenants()
  const server = memoryServer((write) => {
    ledger.note(write, server)
    nature.react(write)
  })
  const nature = controllers(server, turns, random)
  const databases = databaseServer(random, (act) => turns.later(act))
  const names = Array.from({ length: 1 + random.below(2) }, (_, index) => `db${index + 1}`)
  const credentials = kind === 'secret' ? { kind, name: 'shared' } : { kind, stateMachineArn: STATE_MACHINE }
  const settings: DatabaseSettings = {
    pool: 'default',
    engine: 'mysql',
    host: 'db',
    port: 3306,
    names,
    credentials,
    waitTimeout: 180_000,
  }
  const encoded = (text: string) => Buffer.from(text).toString('base64')
  server.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'shared', namespace: NAMESPACE },
    data: { username: encoded('all'), password: encoded('known') },
  })

  const carrierOf =
    (actor: Actor): Carry =>
    (request, act) =>
      new Promise((resolve, reject) => {
        const isWrite = WRITE.test(request)
        actor.sends(isWrite)
        if (actor.dead && random.chance(30)) return
        const isLate = actor.dead || (isWrite && random.chance(30))
        const arrive = () => {
          try {
            const value = act()
            turns.trace.push(`${actor.name}: ${request}`)
            turns.later(() => resolve(value), actor)
          } catch (error) {
            turns.trace.push(`${actor.name}: ${request}: ${error}`)
            turns.later(() => reject(error), actor)
          }
        }
        turns.later(arrive, undefined, isLate ? random.below(random.oneOf([300, 3_000])) : undefined)
      })

  const begin = (name: string, number: number, part: Part, upset: Upset, after: number) => {
    const actor = turns.actor(name, upset)
    const carry = carrierOf(actor)
    const environment = environmentAt(number)
    const player: Player = {
      name,
      environment,
      cluster: defect.cluster?.(memoryCluster(server, carry)) ?? memoryCluster(server, carry),
      releasesFirst: defect.releasesFirst === true,
      preparation: databases.preparationBy(carry),
      settings,
      now: () => new Date(turns.now()),
      hold: defect.claim ?? ((claim) => claim),
      leasing: (act) =>
        ledger.operation(`lease of ${number}`, act, (leases, objects) => {
          const name = objects && databaseIn(objects)
          // Without an answer it may have got any that was free; that it did shows when somebody else does not.
          if (name === undefined) return leases
          const holder = leases[name]
          return holder === undefined || holder === environment.id ? { ...leases, [name]: environment.id } : undefined
        }),
      releasing: (act) =>
        ledger.operation(`release of ${number}`, act, (leases) =>
          Object.fromEntries(Object.entries(leases).filter(([, holder]) => holder !== environment.id)),
        ),
    }
    let ending: Ending | undefined
    const end = (how: Ending) => {
      ending = how
      turns.trace.push(`${name} ended ${how}`)
      if (how === 'live') ledger.violations.push(...lockedOut(number))
    }
    actor.begins(
      () => void play(part, player).then(end, (error) => ledger.violations.push(`${name}: ${error?.stack}`)),
      after,
    )
    return () => ending
  }

  /** Whoever has ended well, and was not overtaken since, gets in. */
  const lockedOut = (number: number): string[] => {
    if (kind === 'secret') return []
    const { id, short } = environmentAt(number)
    const all = server.all().filter(({ kind, metadata }) => kind === 'Secret' && metadata.name.includes(short))
    const good = all.some(({ data = {} }) => {
      const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString()
      const database = text('DATABASE_NAME')
      return databases.tenantOf(database) === id && databases.letsIn(database, text('DATABASE_PASSWORD'))
    })
    const isOvertaken =
      server.get({ ...POOL, name: `eks-preview.${short}.7` })?.data?.record?.includes('"released":true') !== true
    return good || isOvertaken ? [] : [`${number} is live, and its password lets nobody in`]
  }

  const meet = async (
    cast: { name: string; number: number; part: Part; upset: Upset }[],
  ): Promise<(Ending | undefined)[]> => {
    const gap = random.oneOf([1, 300, 1_000])
    const endings = cast.map(({ name, number, part, upset }, at) =>
      begin(name, number, part, upset, gap * at + random.below(gap)),
    )
    await turns.run()
    return endings.map((ending) => ending())
  }

  const environments = names.length + 1 + random.below(2)
  const cast = Array.from({ length: environments + random.below(environments + 1) }, (_, at) => {
    const number = at < environments ? at : random.below(environments)
    const kinds =
      at < environments ? (['push', 'push', 'close'] as const) : (['push', 'close', 'close', 'reset'] as const)
    const wanted = random.oneOf(kinds)
    const part: Part = { kind: kind === 'secret' && wanted === 'reset' ? 'push' : wanted }
    return { name: `${part.kind}-${number}-${at}`, number, part, upset: upsetOf(random) }
  })
  if (random.chance(10)) turns.later(() => lose(), undefined, random.below(2_000))
  const lose = () => {
    const live = server.get(POOL)
    if (live !== undefined) server.delete(POOL, { uid: live.metadata.uid })
  }
  await meet(cast)
  const order = linearized(ledger.operations, {})
  if (order === undefined) ledger.violations.push('the leases have no order in which they could have been given')

  // Everybody goes: what is left then is lost.
  for (const number of Array.from({ length: environments }, (_, number) => number)) {
    const [ending] = await meet([{ name: `end-${number}`, number, part: { kind: 'close' }, upset: NONE }])
    if (ending !== 'removed') ledger.violations.push(`the removal of ${number} ended ${ending}`)
  }
  const [last] = await meet([{ name: 'after', number: environments, part: { kind: 'push' }, upset: NONE }])
  if (last !== 'live' && last !== 'failed') ledger.violations.push(`with all databases given back a push ended ${last}`)
  await meet([{ name: 'after-end', number: environments, part: { kind: 'close' }, upset: NONE }])
  const pool = parsePool('pool', server.get(POOL)?.data?.pool)
  const lost = Object.entries(pool.slots).filter(([, { state }]) => state === 'leased')
  if (lost.length > 0 || pool.queue.length > 0) ledger.violations.push(`lost: ${JSON.stringify(pool)}`)
  const leases = Object.values(pool.slots).reduce((sum, { generation }) => sum + generation, 0)
  return { violations: ledger.violations, trace: turns.trace, leases }
}

const databaseIn = (objects: KubeObject[]): string | undefined => {
  const secret = objects.find(({ kind }) => kind === 'Secret')
  return secret && Buffer.from(secret.data?.DATABASE_NAME ?? '', 'base64').toString()
}

const upsetOf = (random: Random): Upset => {
  if (random.chance(45)) return NONE
  const of = random.oneOf(['requests', 'writes'] as const)
  return { kind: random.oneOf(['killed', 'paused']), of, at: 1 + random.below(of === 'writes' ? 10 : 40) }
}
