import { afterEach, describe, expect, test, vi } from 'vitest'
import { handler } from './handler.ts'
import { answerTo } from './request.ts'

const ID = 'e'.repeat(32)
const EVENT = {
  version: 1,
  action: 'lease',
  environment: { id: ID, repository: 'acme/shop', branch: 'main' },
  run: { url: 'https://github.example/acme/shop/actions/runs/7' },
  engine: 'mysql',
  database: 'preview_01',
  generation: 3,
  data: 'reset',
}
const ENV = {
  ENGINE: 'mysql',
  HOST: 'db.example.internal',
  PORT: '3306',
  DATABASES: 'preview_{01..02}',
  ADMIN_SECRET: 'arn:admin',
  SECRET_PREFIX: 'checks-prepare',
}
const KNOWN = { environment: { id: ID }, database: 'preview_01', generation: 3 }
const UNKNOWN = { environment: null, database: null, generation: null }

type Given = { env?: NodeJS.ProcessEnv; admin?: string; readSecret?: () => Promise<string | undefined> }
/** What is answered, and all that was asked of anybody. */
const answer = async (event: unknown, { admin, env = ENV, readSecret = async () => admin }: Given = {}) => {
  const touched: string[] = []
  const lines: string[] = []
  const result = await answerTo(event, {
    env,
    secrets: {
      read: async (name) => {
        touched.push(`read ${name}`)
        return await readSecret()
      },
      write: async (name) => void touched.push(`write ${name}`),
    },
    readSeed: async () => {
      touched.push('seed')
      return ''
    },
    timeLeft: () => 60_000,
    log: (line) => lines.push(line),
    through: () => async () => {
      touched.push('server')
      throw new Error('there is no server')
    },
  })
  return { result, touched, lines }
}

describe('is refused, and nothing is touched:', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', JSON.stringify(EVENT)],
    ['a list', [EVENT]],
    ['another version', { ...EVENT, version: 2 }],
    ['another action', { ...EVENT, action: 'drop' }],
    ['no environment', { ...EVENT, environment: undefined }],
    ['an id that is none', { ...EVENT, environment: { ...EVENT.environment, id: 'E'.repeat(32) } }],
    ['a database that is no name', { ...EVENT, database: 'preview_01`; DROP DATABASE x; --' }],
    ['a database whose name is too long', { ...EVENT, database: 'p'.repeat(33) }],
    ['generation 0', { ...EVENT, generation: 0 }],
    ['half a generation', { ...EVENT, generation: 1.5 }],
    ['a generation that no number holds', { ...EVENT, generation: 2 ** 53 }],
    ['a generation as a text', { ...EVENT, generation: '3' }],
    ['data that nobody knows', { ...EVENT, data: 'copy' }],
    ['an engine that nobody knows', { ...EVENT, engine: 'oracle' }],
    ['a run without address', { ...EVENT, run: { url: 'run 7' } }],
  ])('%s', async (_, event) => {
    const { lines, result, touched } = await answer(event)
    expect(result).toMatchObject({ version: 1, ok: false, did: null, ...UNKNOWN, error: { name: 'ContractError' } })
    expect(result.error?.message).toContain('The prepare input is not valid (contract v1)')
    expect(touched).toEqual([])
    expect(lines).toHaveLength(1)
  })

  test('every mistake of an input is told', async () => {
    const { result } = await answer({ ...EVENT, action: 'drop', generation: -1, environment: { id: 'x' } })
    for (const where of ['action:', 'generation:', 'environment.id:', 'environment.repository:']) {
      expect(result.error?.message).toContain(where)
    }
  })

  test('an engine other than was deployed', async () => {
    const { result, touched } = await answer({ ...EVENT, engine: 'postgres' })
    expect(result).toMatchObject({ ok: false, ...KNOWN, error: { name: 'WrongEngine' } })
    expect(result.error?.message).toMatch(/preview_01 is asked for on postgres, .* on mysql\. .*database-prepare-arn/)
    expect(touched).toEqual([])
  })

  test.each(['preview_03', 'Preview_01', 'preview_1', 'mysql', 'information_schema', 'postgres'])(
    'database %s, which is not in the list',
    async (database) => {
      for (const action of ['lease', 'clean']) {
        const { result, touched } = await answer({ ...EVENT, action, database })
        expect(result).toMatchObject({ ok: false, database, error: { name: 'NotOfThePool' } })
        expect(touched).toEqual([])
      }
    },
  )

  test('anything, where the function is not set up', async () => {
    const { result, touched } = await answer(EVENT, { env: {} })
    expect(result).toMatchObject({ ok: false, ...KNOWN, error: { name: 'Misconfigured' } })
    expect(touched).toEqual([])
  })
})

describe('is refused before the server is asked:', () => {
  test.each([
    ['there is no admin’s secret', undefined],
    ['it is not as RDS writes it', 'hunter2-in-plain'],
  ])('%s', async (_, admin) => {
    const { lines, result, touched } = await answer(EVENT, { ...(admin && { admin }) })
    expect(result).toMatchObject({ ok: false, ...KNOWN, error: { name: 'Misconfigured' } })
    expect(touched).toEqual(['read arn:admin'])
    expect(JSON.stringify(result) + lines.join()).not.toContain('hunter2')
  })

  test('the admin’s secret may not be read', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException', $metadata: {} })
    const { result, touched } = await answer(EVENT, { readSecret: () => Promise.reject(denied) })
    expect(result.error).toEqual({
      name: 'AccessDeniedException',
      message: 'Read the admin’s secret arn:admin: AccessDeniedException: not authorized'.replace('’', "'"),
    })
    expect(touched).toEqual(['read arn:admin'])
  })

  test.each(['preview_01', 'PREVIEW_01'])('the admin is called %s, as the database is', async (username) => {
    const admin = JSON.stringify({ username, password: 'of-the-admin' })
    const { result, touched } = await answer(EVENT, { admin })
    expect(result).toMatchObject({ ok: false, error: { name: 'Misconfigured' } })
    expect(result.error?.message).toContain('has the name of the server')
    expect(touched).toEqual(['read arn:admin'])
  })
})

test('an error of nobody’s is told as one, once, without the password in it', async () => {
  const admin = JSON.stringify({ username: 'master', password: 'of-the-admin' })
  const { lines, result, touched } = await answer(EVENT, { admin })
  expect(result).toMatchObject({ ok: false, did: null, ...KNOWN })
  expect(result.error?.message).toBe('Connect to mysql at db.example.internal:3306: there is no server')
  expect(touched).toEqual(['read arn:admin', 'server'])
  expect(lines.map((line) => JSON.parse(line))).toEqual([{ action: 'lease', ...result, run: EVENT.run.url }])
})

describe('the function', () => {
  const printed: string[] = []
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    printed.length = 0
  })
  const capture = () => vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(String(line)))

  test('answers what is wrong instead of failing, and logs it as one line', async () => {
    capture()
    const result = await handler({ version: 7 })
    expect(result).toMatchObject({ version: 1, ok: false, error: { name: 'ContractError' } })
    expect(printed.map((line) => JSON.parse(line))).toEqual([JSON.parse(JSON.stringify(result))])
  })

  test('reads its own environment', async () => {
    capture()
    for (const [name, value] of Object.entries(ENV)) vi.stubEnv(name, value)
    const context = { getRemainingTimeInMillis: () => 300_000 }
    expect(await handler({ ...EVENT, database: 'preview_07' }, context)).toMatchObject({
      ok: false,
      error: { name: 'NotOfThePool' },
    })
    vi.stubEnv('HOST', '')
    expect(await handler(EVENT, context)).toMatchObject({ ok: false, error: { name: 'Misconfigured' } })
    expect(printed).toHaveLength(2)
  })
})
