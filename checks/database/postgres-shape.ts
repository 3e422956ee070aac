import type { Session } from './session.ts'

type Shape = { encoding: string; collate: string; ctype: string; provider: string; locale: string | null }

/** Older versions lack some of the columns: as JSON, what is not there is undefined and not an error. */
const SQL = `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype,
  coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider,
  coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale
  FROM pg_database d WHERE datname = $1`

export const readShape = async (session: Session, database: string): Promise<string | null> => {
  const [row] = await session.run(SQL, [database])
  if (row === undefined) return null
  const { encoding, collate, ctype, provider, locale } = row
  return JSON.stringify({ encoding, collate, ctype, provider, locale })
}

export const shapeClauses = (shape: string): string => {
  const { encoding, collate, ctype, provider, locale } = JSON.parse(shape) as Shape
  const clauses = [`ENCODING ${text(encoding)} LC_COLLATE ${text(collate)} LC_CTYPE ${text(ctype)}`]
  if (provider === 'i' && locale !== null) clauses.push(`LOCALE_PROVIDER icu ICU_LOCALE ${text(locale)}`)
  if (provider === 'b' && locale !== null) clauses.push(`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${text(locale)}`)
  return clauses.join(' ')
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
