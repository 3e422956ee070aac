import { readRecords } from './cluster/record.ts'
import type { EnvironmentRecord } from './cluster/record-state.ts'
import { holdersOf } from './database/pool.ts'
import { readPool } from './database/pool-store.ts'
import type { Listed } from './report/report.ts'
import { readSettings } from './resolve.ts'
import type { Story } from './story.ts'

/** Everything there is, for people to look at; nothing is changed. */
export const list = async ({ to, of, run, report }: Story): Promise<void> => {
  report.list = await run.step('Read what is there', async (say) => {
    const [settings, records] = await Promise.all([readSettings(to.cluster, of), readRecords(to.cluster, of.namespace)])
    const { database } = settings
    const { cluster } = to
    const pool =
      database && (await readPool({ cluster, namespace: of.namespace, name: database.pool, databases: database.names }))
    say.detail(`${records.length} previews`)
    return {
      environments: records.map(listed),
      ...(pool === undefined
        ? {}
        : { databases: holdersOf(pool), waiting: pool.queue.map(({ tenant }) => tenant.branch) }),
    }
  })
  report.status = 'listed'
}

const listed = ({ id, owner, pullRequests, phase, sha, database, urls, updated }: EnvironmentRecord): Listed => ({
  id,
  repository: owner.repository,
  branch: owner.branch,
  pullRequests,
  phase,
  ...(sha === undefined ? {} : { commit: sha }),
  ...(database === undefined ? {} : { database: database.name }),
  urls,
  updated,
})
