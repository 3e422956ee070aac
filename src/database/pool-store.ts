import { type Cluster, isStatus, type KubeObject, type Live, type Ref } from '../cluster/cluster.ts'
import { readRecords } from '../cluster/record.ts'
import { LABEL } from '../names.ts'
import { pause } from '../poll.ts'
import { firstPool, type Held, type Pool, parsePool, withNames } from './pool.ts'

/** The pool's ConfigMap: every change is one compare-and-swap, so all changes have one order. */
export type PoolStore = {
  read(): Promise<Pool>
  /**
   * The pool as it is afterwards, also when it was lost before. `next` may be called again, with a newer pool; what it returns
   * unchanged is not written.
   */
  change(next: (pool: Pool) => Pool): Promise<Pool>
}

const KEY = 'pool'
/** Milliseconds between two tries, at random: whoever lost to somebody else does not meet them again. */
const RETRY = { least: 50, most: 1_000 }

type Place = {
  cluster: Cluster
  namespace: string
  /** Of the pool. */
  name: string
  /** What the install says is in it. */
  databases: readonly string[]
}
type Where = Place & {
  /** Throws when this run must not change the pool any more; asked between every read and the write that was decided on it. */
  confirm(): Promise<void>
  signal: AbortSignal
}

/** As it is, or as it would be made anew. */
export const readPool = async (place: Place): Promise<Pool> => poolIn(await place.cluster.get(refOf(place)), place)

export const poolStore = (where: Where): PoolStore => {
  const { cluster, name, confirm, signal } = where
  const ref = refOf(where)
  const change: PoolStore['change'] = async (next) => {
    for (;;) {
      const live = await cluster.get(ref)
      const pool = live && (await poolIn(live, where))
      const wanted = pool && next(pool)
      if (wanted !== undefined && wanted === pool && live?.data?.[KEY] !== undefined) return wanted
      await confirm()
      try {
        if (live === undefined) await cluster.create(skeleton(ref, name))
        else await cluster.replace({ ...live, data: { [KEY]: JSON.stringify(wanted) } })
        if (wanted !== undefined) return wanted
      } catch (error) {
        // 409: it changed, or somebody else made it. 404: it was deleted since.
        if (!isStatus(error, 409, 404)) throw error
        await pause(RETRY.least + Math.random() * RETRY.most, signal, `the database pool ${name}`)
      }
    }
  }
  return { read: () => readPool(where), change }
}

const refOf = ({ namespace, name }: Place): Ref => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace,
  name: `eks-preview.pool.${name}`,
})

/**
 * One without a content is new, or was made anew. The environments' records are read after that was seen: whoever had a
 * lease before has it in one, and nobody gets one before the content is there.
 */
const poolIn = async (live: Live | undefined, { cluster, namespace, name, databases }: Place): Promise<Pool> => {
  const json = live?.data?.[KEY]
  if (json !== undefined)
    return withNames(parsePool(`ConfigMap/${namespace}/eks-preview.pool.${name}`, json), databases)
  return firstPool(databases, await heldIn(cluster, namespace, name), new Date())
}

const skeleton = ({ apiVersion, kind, namespace = '', name }: Ref, pool: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace, labels: { [LABEL.pool]: pool } },
})

/** Every environment remembers what it has before it uses it: what is in none of them is used by nobody. */
const heldIn = async (cluster: Cluster, namespace: string, pool: string): Promise<Held[]> => {
  const records = await readRecords(cluster, namespace)
  return records.flatMap(({ id, owner, pullRequests, database }) => {
    if (database?.pool !== pool) return []
    const { name, generation } = database
    return [{ name, generation, tenant: { environment: id, ...owner, pullRequests } }]
  })
}
