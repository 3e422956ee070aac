import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { findProgram } from '../install/machine.ts'
import type { Part, StackContext } from '../stack/part.ts'
import { until } from '../stack/until.ts'
import { ADMIN, type Admin, copyData, type DatabasePlace, initialData, NAMES } from './place.ts'

const run = promisify(execFile)

/** Small, and with nothing kept for a crash: the data ends with the server. */
const SIZES = [
  '--innodb-log-file-size=4M',
  '--innodb-buffer-pool-size=24M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-use-native-aio=0',
  '--skip-log-bin',
  '--key-buffer-size=1M',
  '--aria-pagecache-buffer-size=8M',
  '--character-set-server=utf8mb4',
]

/** What RDS gives its master user: everything but SUPER and the rights that come from it. */
const MASTER_RIGHTS =
  'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, ' +
  'CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER'

const socketIn = ({ folder }: DatabasePlace): string => join(folder, 'mysqld.sock')

/** The path of an initialised data folder, for `startMariadb`. */
export const mariadbData = async (): Promise<string> => {
  const server = findProgram('mariadbd') ?? ''
  const { stdout: version } = await run(server, ['--no-defaults', '--version'])
  return await initialData('mariadb-data', [version, ...SIZES], async (folder) => {
    const how = ['--skip-test-db', '--auth-root-authentication-method=socket', '--skip-name-resolve']
    const install = ['--no-defaults', '--user=nobody', `--datadir=${folder}`, ...how, ...SIZES]
    await run(findProgram('mariadb-install-db') ?? '', install, { timeout: 120_000 })
  })
}

/** Returns as soon as it has been started. */
export const startMariadb = async (
  place: DatabasePlace,
  initial: string,
  spawn: StackContext['spawn'],
): Promise<Part> => {
  const data = await copyData(initial, place)
  return spawn('mariadb', findProgram('mariadbd') ?? '', [
    '--no-defaults',
    '--user=nobody',
    `--datadir=${data}`,
    `--tmpdir=${place.folder}`,
    `--socket=${socketIn(place)}`,
    `--pid-file=${join(place.folder, 'mariadb.pid')}`,
    `--bind-address=${place.host}`,
    `--port=${place.port}`,
    '--skip-name-resolve',
    ...SIZES,
  ])
}

/** Waits until it answers; makes the admin, who is no superuser, and the databases of the pool. */
export const setUpMariadb = async (place: DatabasePlace): Promise<Admin> => {
  const root = () =>
    createConnection({ socketPath: socketIn(place), user: 'root', multipleStatements: true, connectTimeout: 1000 })
  const connection = await until('MariaDB', 30, root)
  const password = randomBytes(18).toString('base64url')
  await connection.query(`
    CREATE USER ${ADMIN}@'%' IDENTIFIED BY '${password}';
    GRANT ${MASTER_RIGHTS} ON *.* TO ${ADMIN}@'%' WITH GRANT OPTION;
    ${NAMES.map((name) => `CREATE DATABASE ${name};`).join('\n')}
  `)
  // RDS has it in place of the right to end other users' sessions.
  await connection.query('CREATE PROCEDURE mysql.rds_kill(IN thread BIGINT) SQL SECURITY DEFINER KILL thread')
  await connection.end()
  return { username: ADMIN, password }
}
