import pg from 'pg'
import { CONNECT_LIMIT_MS, type Connect, type ServerAddress, sessionOf, within } from './session.ts'

export const postgresConnect =
  ({ host, port, tls, timeLeft }: ServerAddress): Connect =>
  async ({ user, password, database = 'postgres' }) => {
    let lost = false
    const client = new pg.Client({
      host,
      port,
      user,
      password,
      database,
      ssl: tls && { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
      keepAlive: true,
      application_name: 'eks-preview',
    })
    const mark = () => {
      lost = true
    }
    client.on('error', mark)
    client.on('end', mark)
    const destroy = () => {
      mark()
      // The driver has no other way to end a connection that does not answer.
      ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
    }
    await within(Math.min(CONNECT_LIMIT_MS, timeLeft()), () => client.connect(), destroy)
    return sessionOf(
      {
        // Without values it is the simple protocol, which DDL needs.
        query: async (sql, values) => {
          const answer = await (values.length === 0 ? client.query(sql) : client.query(sql, [...values]))
          return answer.rows
        },
        script: (sql) => client.query(sql),
        end: () => client.end(),
        destroy,
        isLost: () => lost,
      },
      timeLeft,
    )
  }
