import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { migrationConnection } from '../config/database.js'

const FOLDER = path.join(import.meta.dirname, 'migrate')
const NAME = /^(?<version>\d{14})_\w+\.sql$/

/** Runs what this database has not seen yet, in the order of the versions; ends with 1 at the first that fails. */
export const migrate = async () => {
  try {
    await migrateAll(await migrationConnection())
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}

const migrateAll = async (connection) => {
  try {
    // Of two that are started at once, one waits, and then finds nothing to do.
    const [[lock]] = await connection.query("SELECT GET_LOCK('schema_migrations', 60) AS held")
    if (lock.held !== 1) throw new Error('another migration has been running for a minute')
    await connection.query('CREATE TABLE IF NOT EXISTS schema_migrations (version CHAR(14) PRIMARY KEY)')
    const pending = await pendingIn(connection)
    for (const [version, file] of pending) await run(connection, version, file)
    console.log(pending.length === 0 ? 'nothing to migrate' : 'the database is up to date')
  } finally {
    await connection.end()
  }
}

const pendingIn = async (connection) => {
  const [rows] = await connection.query('SELECT version FROM schema_migrations')
  const done = new Set(rows.map(({ version }) => version))
  const files = (await readdir(FOLDER)).sort().map((file) => [NAME.exec(file)?.groups.version, file])
  const misnamed = files.find(([version]) => version === undefined)
  if (misnamed) throw new Error(`db/migrate/${misnamed[1]} is not named like 20260401090000_create_articles.sql`)
  return files.filter(([version]) => !done.has(version))
}

const run = async (connection, version, file) => {
  console.log(`${file}: migrating`)
  const started = performance.now()
  try {
    await connection.query(await readFile(path.join(FOLDER, file), 'utf8'))
  } catch (cause) {
    throw new Error(`${file} failed, and nothing after it was run: ${cause.message}`, { cause })
  }
  await connection.query('INSERT INTO schema_migrations (version) VALUES (?)', [version])
  console.log(`${file}: done in ${((performance.now() - started) / 1000).toFixed(2)} s`)
}
