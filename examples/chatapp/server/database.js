import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import pg from 'pg'
import { CHANNELS, MESSAGES, PASSWORD, TABLES, USERS } from './first-data.js'

/** Without a URL the driver reads PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE itself. */
export const openDatabase = async (url) => {
  const pool = new pg.Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 5_000, query_timeout: 10_000 })
  // A connection that breaks while nobody uses it; the next query opens another.
  pool.on('error', (error) => console.error(`database: ${error.message}`))
  await seed(pool)

  const query = async (text, ...values) => (await pool.query(text, values)).rows
  return {
    answers: () => query('SELECT 1'),
    channels: () => query('SELECT name, topic FROM channels ORDER BY position'),
    hasChannel: async (name) => (await query('SELECT 1 FROM channels WHERE name = $1', name)).length > 0,
    messages: (channel, after) =>
      query(
        `SELECT * FROM (
           SELECT id, author, text, sent FROM messages WHERE channel = $1 AND id > $2 ORDER BY id DESC LIMIT 100
         ) AS latest ORDER BY id`,
        channel,
        after,
      ),
    add: async (channel, author, text) => {
      const [message] = await query(
        'INSERT INTO messages (channel, author, text) VALUES ($1, $2, $3) RETURNING id, author, text, sent',
        channel,
        author,
        text,
      )
      return message
    },
    userWith: async (name, password) => {
      const [user] = await query('SELECT name, salt, hash FROM users WHERE name = $1', name)
      if (user === undefined) return undefined
      return timingSafeEqual(await hashed(password, user.salt), user.hash) ? user.name : undefined
    },
    close: () => pool.end(),
  }
}

/** Makes the tables, and puts in what a new chat begins with; does nothing to one that has begun. */
const seed = async (pool) => {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    // Two pods of one app may start at once.
    await client.query("SELECT pg_advisory_xact_lock(hashtext('chat'))")
    for (const table of TABLES) await client.query(table)
    const { rows } = await client.query('SELECT 1 FROM channels LIMIT 1')
    if (rows.length === 0) await fill(client)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}

const fill = async (client) => {
  for (const name of USERS) {
    const salt = randomBytes(16)
    const hash = await hashed(PASSWORD, salt)
    await client.query('INSERT INTO users (name, salt, hash) VALUES ($1, $2, $3)', [name, salt, hash])
  }
  for (const [position, { name, topic }] of CHANNELS.entries())
    await client.query('INSERT INTO channels (position, name, topic) VALUES ($1, $2, $3)', [position, name, topic])
  for (const { channel, author, text } of MESSAGES)
    await client.query('INSERT INTO messages (channel, author, text) VALUES ($1, $2, $3)', [channel, author, text])
}

const hashed = (password, salt) => promisify(scrypt)(password, salt, 32)
