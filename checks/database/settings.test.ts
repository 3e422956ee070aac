import { describe, expect, test } from 'vitest'
import { PrepareFailure } from './failure.ts'
import { readAdmin, readSettings } from './settings.ts'

const ENV = {
  ENGINE: 'postgres',
  HOST: 'db.example.internal',
  PORT: '5432',
  DATABASES: 'preview_{01..02}',
  ADMIN_SECRET: 'arn:admin',
  SECRET_PREFIX: 'checks-prepare',
}

const failureOf = (work: () => unknown): PrepareFailure => {
  try {
    work()
  } catch (error) {
    if (error instanceof PrepareFailure) return error
  }
  throw new Error('it was no PrepareFailure')
}

describe('the environment of the function', () => {
  test('has defaults: TLS, and no seed', () => {
    expect(readSettings(ENV)).toEqual({
      engine: 'postgres',
      host: 'db.example.internal',
      port: 5432,
      tls: true,
      databases: ['preview_01', 'preview_02'],
      adminSecret: 'arn:admin',
      secretPrefix: 'checks-prepare',
      seed: undefined,
    })
  })

  test('says everything that it has', () => {
    const more = { TLS: 'false', SEED_BUCKET: 'bucket', SEED_KEY: 'seed.sql', OTHERS: 'are of no account' }
    expect(readSettings({ ...ENV, ...more })).toMatchObject({ tls: false, seed: { bucket: 'bucket', key: 'seed.sql' } })
  })

  test('as the stack writes it without a seed has empty texts', () => {
    expect(readSettings({ ...ENV, SEED_BUCKET: '', SEED_KEY: '' }).seed).toBeUndefined()
  })

  test.each([
    ['ENGINE', 'oracle'],
    ['ENGINE', ''],
    ['HOST', ''],
    ['PORT', '0'],
    ['PORT', '65536'],
    ['PORT', '1.5'],
    ['PORT', ''],
    ['PORT', 'x'],
    ['DATABASES', ''],
    ['DATABASES', 'a,a'],
    ['ADMIN_SECRET', ''],
    ['SECRET_PREFIX', ''],
    ['TLS', 'yes'],
    ['TLS', ''],
  ])('with %s=%j is refused', (name, value) => {
    const { message, name: kind } = failureOf(() => readSettings({ ...ENV, [name]: value }))
    expect(kind).toBe('Misconfigured')
    expect(message).toContain(`${name}: `)
    expect(message).toMatch(/Deploy it with npm run checks:deploy$/)
  })

  test.each(Object.keys(ENV))('without %s is refused', (name) => {
    expect(failureOf(() => readSettings({ ...ENV, [name]: undefined })).message).toContain(`${name}: `)
  })

  test.each(['SEED_BUCKET', 'SEED_KEY'])('with %s alone is refused: databases would be empty in silence', (name) => {
    const { message } = failureOf(() => readSettings({ ...ENV, [name]: 'something' }))
    expect(message).toContain('SEED_BUCKET and SEED_KEY')
  })

  test('is told with all its mistakes at once', () => {
    const { message } = failureOf(() => readSettings({ TLS: 'x', DATABASES: '1st', SEED_KEY: 'seed.sql' }))
    for (const name of [...Object.keys(ENV), 'TLS', 'SEED_BUCKET']) expect(message).toContain(name)
    expect(message).toContain('"1st" must begin with a letter')
  })
})

describe('the admin’s secret', () => {
  test('is as RDS writes it, whatever else is in it', () => {
    const text = JSON.stringify({ username: 'admin', password: 'pässword"', engine: 'mysql', port: 3306 })
    expect(readAdmin(text, 'arn')).toEqual({ user: 'admin', password: 'pässword"' })
  })

  test.each([
    undefined,
    '',
    'hunter2-in-plain',
    '"hunter2-in-plain"',
    'null',
    '{"user":"admin","password":"hunter2-in-plain"}',
    '{"username":"","password":"hunter2-in-plain"}',
    '{"username":"admin","password":["hunter2-in-plain"]}',
    '{"username":"admin","password":"hunter2-in-plain"',
    '{"username":"admin","password":""}',
  ])('%j is refused, and not told', (text) => {
    const { cause, message, name } = failureOf(() => readAdmin(text, 'arn:admin'))
    expect(name).toBe('Misconfigured')
    expect(message).toContain('arn:admin')
    expect(`${message} ${cause}`).not.toContain('hunter2')
  })
})
