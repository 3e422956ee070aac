import { createConnection } from 'mysql2/promise'
import { CONNECT_LIMIT_MS, type Connect, type Row, type ServerAddress, sessionOf, type Value } from './session.ts'

export const mysqlConnect =
  ({ host, port, tls, timeLeft }: ServerAddress): Connect =>
  async ({ user, password, database }) => {
    let lost = false
    const connection = await createConnection({
      host,
      port,
      user,
      password,
      ...(database !== undefined && { database }),
      connectTimeout: Math.max(1, Math.min(CONNECT_LIMIT_MS, timeLeft())),
      // The driver compares the host's name with the certificate only when it is told to.
      ...(tls && { ssl: { rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2' } }),
      // A file of SQL is one text. The admin's connection takes one statement at a time.
      multipleStatements: database !== undefined,
      flags: ['-LOCAL_FILES'],
      // Code that is made while it runs does not survive a minifier.
      disableEval: true,
    })
    const mark = (error: unknown) => {
      lost ||= (error as { fatal?: boolean }).fatal ?? false
    }
    connection.on('error', mark)
    const marking = async <T>(answer: Promise<T>): Promise<T> => {
      answer.catch(mark)
      return await answer
    }
    return sessionOf(
      {
        query: async (sql, values) => {
          // Values travel apart from the statement. What has none may be a statement that cannot be prepared.
          const [rows] = await marking(
            values.length === 0 ? connection.query(sql) : connection.execute(sql, values as Value[]),
          )
          return Array.isArray(rows) ? (rows as Row[]) : []
        },
        script: (sql) => marking(connection.query(sql)),
        end: () => connection.end(),
        destroy: () => {
          lost = true
          connection.destroy()
        },
        isLost: () => lost,
      },
      timeLeft,
    )
  }
