import { statfs } from 'node:fs/promises'
import { startTrialDatabase, type TrialDatabase } from '../../../local/databases/trial-databases.ts'
import { type LeaseSecret, type PrepareInput, type PrepareResult, readLeaseSecret } from '../contract.ts'
import { mysqlConnect } from '../mysql-session.ts'
import { postgresConnect } from '../postgres-session.ts'
import { answerTo, type RequestPorts } from '../request.ts'
import type { SecretStore } from '../secret-store.ts'
import type { Connect, Login, Row, Session } from '../session.ts'

export type Engine = PrepareInput['engine']
export const ENVIRONMENT = '346e50ff9c5f4172807b918218604cbe'
export const OTHER_ENVIRONMENT = 'a'.repeat(32)

const PREFIX = 'eks-preview-checks-prepare'
const DRIVERS = { mysql: mysqlConnect, postgres: postgresConnect }

export type World = Awaited<ReturnType<typeof openWorld>>
type Asked = Partial<Omit<PrepareInput, 'environment'>> & { environment?: string }
type How = Partial<RequestPorts> & { seed?: string; tls?: string }

/** Secrets that are kept here, so that they can be looked at and broken. */
export const secretsHere = (): SecretStore & { values: Map<string, string> } => {
  const values = new Map<string, string>()
  return {
    values,
    read: async (name) => values.get(name),
    write: async (name, text) => void values.set(name, text),
  }
}

const MEMORY = '/dev/shm'
const ENOUGH_BYTES = 1_500_000_000

/** A server whose files need no disk is ten times as fast at making databases. */
const inMemory = async <T>(start: () => Promise<T>): Promise<T> => {
  const { bavail, bsize } = await statfs(MEMORY).catch(() => ({ bavail: 0, bsize: 0 }))
  const before = process.env.TMPDIR
  if (bavail * bsize > ENOUGH_BYTES) process.env.TMPDIR = MEMORY
  try {
    return await start()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

/** One real database server, and what asks to prepare its databases; each test takes a database of its own. */
export const openWorld = async (engine: Engine) => {
  const server: TrialDatabase = await inMemory(() => startTrialDatabase(engine))
  const secrets = secretsHere()
  const log: string[] = []
  secrets.values.set('admin', JSON.stringify(server.admin))
  const connect: Connect = DRIVERS[engine]({ ...server, tls: false, timeLeft: () => 30_000 })
  let databases = 0

  const ask = (asked: Asked, { seed, tls = 'false', env, ...more }: How = {}): Promise<PrepareResult> => {
    const { environment = ENVIRONMENT, ...input } = asked
    const event = {
      version: 1,
      action: 'lease',
      environment: { id: environment, repository: 'acme/shop', branch: 'feature/login' },
      run: { url: 'https://github.example/acme/shop/actions/runs/7' },
      engine,
      database: 't_01',
      generation: 1,
      data: 'reset',
      ...input,
    }
    return answerTo(event, {
      env: {
        ENGINE: engine,
        HOST: server.host,
        PORT: String(server.port),
        DATABASES: 't_{001..400}, tX001, preview_{01..03}',
        ADMIN_SECRET: 'admin',
        SECRET_PREFIX: PREFIX,
        TLS: tls,
        ...(seed !== undefined && { SEED_BUCKET: 'seeds', SEED_KEY: 'seed.sql' }),
        ...env,
      },
      secrets,
      readSeed: async () => seed ?? '',
      timeLeft: () => 120_000,
      log: (line) => log.push(line),
      ...more,
    })
  }

  const within = async <T>(login: Login, work: (session: Session) => Promise<T>): Promise<T> => {
    const session = await connect(login)
    try {
      return await work(session)
    } finally {
      await session.close()
    }
  }
  const secretText = (database: string): string => secrets.values.get(`${PREFIX}/${database}`) ?? ''
  const secretOf = (database: string): LeaseSecret => {
    const secret = readLeaseSecret(secretText(database))
    if (!secret) throw new Error(`there are no credentials for ${database}`)
    return secret
  }
  const loginOf = (database: string): Login => {
    const { dbname, password, username } = secretOf(database)
    return { user: username, password, database: dbname }
  }
  const adminLogin: Login = { user: server.admin.username, password: server.admin.password }
  return {
    engine,
    server,
    adminLogin,
    secrets,
    log,
    connect,
    ask,
    /** The name of a database that no other test uses. */
    another: () => `t_${String(++databases).padStart(3, '0')}`,
    secretName: (database: string) => `${PREFIX}/${database}`,
    secretText,
    secretOf,
    loginOf,
    within,
    /** As the tenant that has the database now, by its secret. */
    asTenant: (database: string, ...statements: string[]): Promise<Row[]> =>
      within(loginOf(database), (session) => each(session, statements)),
    /** As the admin, in the server's own database or in another. */
    asAdmin: (statement: string, database?: string): Promise<Row[]> =>
      within({ ...adminLogin, ...(database !== undefined && { database }) }, (session) => session.run(statement)),
    fence: async (database: string): Promise<Row | undefined> => {
      const place = engine === 'postgres' ? 'eks_preview' : undefined
      const login = { ...adminLogin, ...(place && { database: place }) }
      const sql = `SELECT generation, environment, state FROM eks_preview.lease WHERE name = '${database}'`
      const [row] = await within(login, (session) => session.run(sql))
      return row && { ...row, generation: Number(row.generation) }
    },
    close: () => server.close(),
  }
}

const each = async (session: Session, statements: string[]): Promise<Row[]> => {
  let rows: Row[] = []
  for (const statement of statements) rows = await session.run(statement)
  return rows
}
