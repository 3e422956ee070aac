import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnTrial } from '../aws/trial-aws.ts'
import { freePort } from '../stack/ports.ts'
import { mariadbData, setUpMariadb, startMariadb } from './mariadb.ts'
import type { Admin, DatabasePlace } from './place.ts'
import { postgresData, setUpPostgres, startPostgres } from './postgres.ts'

export type TrialDatabase = DatabasePlace & { admin: Admin; close(): Promise<void> }

const ENGINES = {
  mysql: { data: mariadbData, start: startMariadb, setUp: setUpMariadb },
  postgres: { data: postgresData, start: startPostgres, setUp: setUpPostgres },
}

/** A database server of its own for a test file, without a stack. */
export const startTrialDatabase = async (engine: keyof typeof ENGINES): Promise<TrialDatabase> => {
  const { data, setUp, start } = ENGINES[engine]
  const folder = await mkdtemp(join(tmpdir(), 'eks-preview-database-'))
  await chmod(folder, 0o755)
  const place = { folder: join(folder, engine), host: '127.0.0.1', port: await freePort(0) }
  const server = await start(place, await data(), spawnTrial)
  return {
    ...place,
    admin: await setUp(place),
    close: async () => {
      await server.close()
      // The processes of a killed PostgreSQL end by themselves, a moment later.
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}
