import { type Cluster, isStatus, type KubeObject, type Live, type Ref } from '../cluster/cluster.ts'
import { readRecords } from '../cluster/record.ts'
import { LABEL } from '../names.ts'
import { pause } from '../poll.ts'
import { firstPool, type Held, type Pool, parsePool, withNames } from './pool.ts'

/** The pool's ConfigMap: every change is one compare-and-swap, so all changes have one order. */
export type PoolStore = {
  read(): Promise<Pool>
  /** The pool as it is afterwards. `next` may be called again, with a newer pool; what it returns unchanged is not written. */
  change(next: (pool: Pool) => Pool): Promise<Pool>
}

const KEY = 'pool'
/** Milliseconds between two tries, at random: whoever lost to somebody else does not meet them again. */
const RETRY = { least: 50, most: 1_000 }

type Where = {
  cluster: Cluster
  namespace: string
  /** Of the pool. */
  name: string
  /** What the install says is in it. */
  databases: readonly string[]
  /** Throws when this run must not change the pool any more; asked between every read and the write that was decided on it. */
  confirm(): Promise<void>
  signal: AbortSignal
  now(): Date
}

export const poolStore = ({ cluster, namespace, name, databases, confirm, signal, now }: Where): PoolStore => {
  const ref: Ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: `eks-preview.pool.${name}` }

  const look = async (): Promise<{ pool: Pool; live: Live | undefined }> => {
    const live = await cluster.get(ref)
    if (live === undefined) return { pool: firstPool(databases, await heldIn(cluster, namespace, name), now()), live }
    return { pool: withNames(parsePool(`ConfigMap/${namespace}/${ref.name}`, live.data?.[KEY]), databases), live }
  }

  const change: PoolStore['change'] = async (next) => {
    for (;;) {
      const { pool, live } = await look()
      const wanted = next(pool)
      if (wanted === pool) return pool
      await confirm()
      try {
        const object = { ...(live ?? skeleton(ref, name)), data: { [KEY]: JSON.stringify(wanted) } }
        if (live === undefined) await cluster.create(object)
        else await cluster.replace(object)
        return wanted
      } catch (error) {
        // 409: it changed, or somebody else made it. 404: it was deleted since.
        if (!isStatus(error, 409, 404)) throw error
        await pause(RETRY.least + Math.random() * RETRY.most, signal, `the database pool ${name}`)
      }
    }
  }
  return { read: async () => (await look()).pool, change }
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
