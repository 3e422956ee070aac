import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { postgresFolder } from '../install/packages.ts'
import type { Part, StackContext } from '../stack/part.ts'
import { until } from '../stack/until.ts'
import { ADMIN, type Admin, copyData, type DatabasePlace, initialData, NAMES, NOBODY } from './place.ts'

const run = promisify(execFile)

/** Small, and with nothing kept for a crash: the data ends with the server. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '16MB',
  max_wal_size: '64MB',
  shared_buffers: '16MB',
  max_connections: '60',
  jit: 'off',
  // It goes with the process, unlike a file in /dev/shm.
  dynamic_shared_memory_type: 'sysv',
}

const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
const program = (name: string): string => join(postgresFolder() ?? '', name)

/** The path of an initialised data folder, for `startPostgres`. */
export const postgresData = async (): Promise<string> => {
  const { stdout: version } = await run(program('postgres'), ['--version'])
  return await initialData('postgres-data', [version], async (folder) => {
    const how = ['--encoding=UTF8', '--locale=C.UTF-8', '--wal-segsize=1', '--no-sync', '--auth=trust']
    const [file = '', ...args] = [...AS_NOBODY, program('initdb'), '--username=postgres', `--pgdata=${folder}`, ...how]
    await run(file, args, { timeout: 120_000, cwd: '/' })
  })
}

/** Returns as soon as it has been started. */
export const startPostgres = async (
  place: DatabasePlace,
  initial: string,
  spawn: StackContext['spawn'],
): Promise<Part> => {
  const data = await copyData(initial, place)
  const rules = join(place.folder, 'pg_hba.conf')
  // The socket lies in a folder of the server's own.
  await writeFile(rules, 'local all postgres trust\nhost all all all scram-sha-256\n', { mode: 0o644 })
  const settings = {
    ...SETTINGS,
    listen_addresses: place.host,
    port: String(place.port),
    hba_file: rules,
    unix_socket_directories: data,
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // System V memory belongs to no process: it would stay on the machine when the server is killed.
  return spawn('postgres', 'unshare', ['--ipc', '--', ...AS_NOBODY, program('postgres'), '-D', data, ...options])
}

/** Waits until it answers; makes the admin, who is no superuser, and the databases of the pool. */
export const setUpPostgres = async (place: DatabasePlace): Promise<Admin> => {
  const client = await until('PostgreSQL', 30, async () => {
    const trial = new pg.Client({ host: join(place.folder, 'data'), port: place.port, user: 'postgres' })
    trial.on('error', () => {})
    await trial.connect()
    return trial
  })
  const password = randomBytes(18).toString('base64url')
  // What RDS gives its master user.
  await client.query(`CREATE ROLE ${ADMIN} LOGIN CREATEDB CREATEROLE PASSWORD '${password}'`)
  await client.query(`GRANT pg_signal_backend TO ${ADMIN}`)
  for (const name of NAMES) await client.query(`CREATE DATABASE ${name} OWNER ${ADMIN}`)
  await client.end()
  return { username: ADMIN, password }
}
