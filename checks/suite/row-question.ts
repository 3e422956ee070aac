import type { Value } from '../database/session.ts'

export type Where = readonly (readonly [column: string, value: string | number | boolean | null])[]

type Questions = {
  /** A transaction that can change nothing, new for every look: it sees what was committed since. */
  begin: string[]
  end: string
  question(table: string, where: Where): { sql: string; values: Value[] }
  /** What the server answers when there is no such table, or no such column. */
  tableless: string
  columnless: string
}

type Quote = { name: (name: string) => string; placeholder: (index: number) => string; flag: (value: boolean) => Value }

/** Names are quoted one by one; values travel apart from the statement. */
const questionOf =
  ({ flag, name, placeholder }: Quote) =>
  (table: string, where: Where) => {
    const values: Value[] = []
    const conditions = where.map(([column, value]) => {
      if (value === null) return `${name(column)} IS NULL`
      values.push(typeof value === 'boolean' ? flag(value) : value)
      return `${name(column)} = ${placeholder(values.length)}`
    })
    const from = table.split('.').map(name).join('.')
    return { sql: `SELECT 1 FROM ${from} WHERE ${conditions.join(' AND ')} LIMIT 1`, values }
  }

export const QUESTIONS: Record<'mysql' | 'postgres', Questions> = {
  mysql: {
    begin: ['START TRANSACTION READ ONLY'],
    end: 'ROLLBACK',
    question: questionOf({
      name: (name) => `\`${name.replaceAll('`', '``')}\``,
      placeholder: () => '?',
      flag: (value) => Number(value),
    }),
    tableless: 'ER_NO_SUCH_TABLE',
    columnless: 'ER_BAD_FIELD_ERROR',
  },
  postgres: {
    begin: ['BEGIN READ ONLY', "SET LOCAL statement_timeout = '10s'"],
    end: 'ROLLBACK',
    question: questionOf({
      name: (name) => `"${name.replaceAll('"', '""')}"`,
      placeholder: (index) => `$${index}`,
      flag: (value) => String(value),
    }),
    tableless: '42P01',
    columnless: '42703',
  },
}
