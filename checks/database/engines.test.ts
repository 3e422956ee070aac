import { describe, expect, test } from 'vitest'
import { grantPattern, quoted as mysqlQuoted } from './mysql.ts'
import { quoted as postgresQuoted } from './postgres.ts'
import { shapeClauses } from './postgres-shape.ts'
import { scramVerifier } from './scram.ts'

test('a name is quoted, whatever is in it', () => {
  expect(mysqlQuoted('a`; DROP TABLE x')).toBe('`a``; DROP TABLE x`')
  expect(postgresQuoted('a"; DROP TABLE x')).toBe('"a""; DROP TABLE x"')
})

test('a grant is for one database, and not for a pattern', () => {
  expect(grantPattern('preview_01', true)).toBe('`preview\\_01`')
  expect(grantPattern('a%b\\c', true)).toBe('`a\\%b\\\\c`')
  // With partial_revokes a backslash would be part of the name.
  expect(grantPattern('preview_01', false)).toBe('`preview_01`')
})

test('a SCRAM verifier is what PostgreSQL keeps of a password', () => {
  const salt = Buffer.alloc(16, 7)
  const verifier = scramVerifier('pencil', salt)
  expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:BwcHBwcHBwcHBwcHBwcHBw==\$[\w+/]{43}=:[\w+/]{43}=$/)
  expect(scramVerifier('pencil', salt)).toBe(verifier)
  expect(scramVerifier('pencil')).not.toBe(verifier)
})

describe('a database is made with the locale that it had', () => {
  const shape = { encoding: 'UTF8', collate: 'C', ctype: 'C' }
  test.each([
    [{ provider: 'c', locale: null }, ''],
    [{ provider: 'i', locale: "de'x" }, " LOCALE_PROVIDER icu ICU_LOCALE 'de''x'"],
    [{ provider: 'b', locale: 'C.UTF-8' }, " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"],
  ])('of %o', (more, clauses) => {
    expect(shapeClauses(JSON.stringify({ ...shape, ...more }))).toBe(
      `ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'${clauses}`,
    )
  })
})
