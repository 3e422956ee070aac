import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { kubectl } from '../cluster/kubectl.ts'

/** What the preview's pods get; `secret` changes with everything in it. */
export type Lease = { name: string; secret: string; url: string }

/** Looked up in the cluster as admin; undefined when the preview has no database. */
export const leaseOf = async (namespace: string, short: string): Promise<Lease | undefined> => {
  const list = await kubectl(['get', 'secrets', `--namespace=${namespace}`, '--output=json'])
  const { items } = JSON.parse(list) as { items: { metadata: { name: string }; data: Record<string, string> }[] }
  const found = items.find(({ metadata }) => metadata.name.startsWith(`eks-preview.database.${short}.`))
  if (found === undefined) return undefined
  const value = (name: string) => Buffer.from(found.data[name] ?? '', 'base64').toString()
  return { name: value('DATABASE_NAME'), secret: found.metadata.name, url: value('DATABASE_URL') }
}

/** Who has the database, as the pool says it: a branch, or `free`, or what else it is. */
export const holderOf = async (namespace: string, database: string): Promise<string> => {
  const pool = ['get', 'configmap', 'eks-preview.pool.default', `--namespace=${namespace}`]
  const { slots } = JSON.parse(await kubectl([...pool, '--output=jsonpath={.data.pool}'])) as {
    slots: Record<string, { state: string; tenant?: { branch: string } }>
  }
  const slot = slots[database]
  return slot === undefined ? 'not in the pool' : slot.state === 'leased' ? (slot.tenant?.branch ?? '') : slot.state
}

/** What the database says to somebody who has the lease's password: its rows by table, or why it does not let them in. */
export type Content = { tables: Record<string, string[]> } | { refused: string }

export const contentOf = async ({ url }: Lease): Promise<Content> => {
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 5_000 })
    try {
      const [names] = await connection.query<RowDataPacket[][]>({ sql: 'SHOW TABLES', rowsAsArray: true })
      const tables: Record<string, string[]> = {}
      for (const [name] of names) {
        const [rows] = await connection.query<RowDataPacket[]>('SELECT * FROM ??', [name])
        tables[String(name)] = rows.map((row) => JSON.stringify(row))
      }
      return { tables }
    } finally {
      await connection.end()
    }
  } catch (error) {
    // Any other error says nothing about who is let in.
    const { code = '', message } = error as Error & { code?: string }
    if (code.includes('ACCESS_DENIED')) return { refused: message }
    throw error
  }
}
