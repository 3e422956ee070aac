import { expandNames } from './names.ts'

/** The server whose databases are prepared, as the stack's parameters have it. */
export type DatabaseOptions = {
  engine: 'mysql' | 'postgres'
  host: string
  port: number
  /** As they are written: `preview_{01..20}`. */
  names: string
  adminSecretArn: string
  seed?: { bucket: string; key: string }
  /** Default: true. */
  tls?: boolean
}

export const databaseParameters = (database: DatabaseOptions | undefined): Record<string, string> => ({
  DatabaseEngine: database?.engine ?? '',
  DatabaseHost: database?.host ?? '',
  DatabasePort: String(database?.port ?? ''),
  DatabaseNames: database?.names ?? '',
  DatabaseAdminSecretArn: database?.adminSecretArn ?? '',
  DatabaseTls: String(database?.tls ?? true),
  SeedBucket: database?.seed?.bucket ?? '',
  SeedKey: database?.seed?.key ?? '',
})

export const DATABASE_FLAGS = {
  'database-engine': { type: 'string' },
  'database-host': { type: 'string' },
  'database-port': { type: 'string' },
  'database-names': { type: 'string' },
  'database-admin-secret': { type: 'string' },
  'database-seed': { type: 'string' },
  'database-tls': { type: 'string' },
} as const

type Flag = keyof typeof DATABASE_FLAGS
const REQUIRED: Flag[] = ['database-engine', 'database-host', 'database-names', 'database-admin-secret']
const PORTS = { mysql: 3306, postgres: 5432 }
/** A Lambda's environment has 4,096 bytes for everything in it. */
const LONGEST_NAMES = 2000

/** What the flags say, or everything that is wrong with them; undefined when there are none. */
export const readDatabaseFlags = (flags: Partial<Record<Flag, string>>): DatabaseOptions | string[] | undefined => {
  const given = Object.keys(DATABASE_FLAGS).filter((flag) => flags[flag as Flag] !== undefined)
  if (given.length === 0) return undefined
  const engine = flags['database-engine']
  const adminSecretArn = flags['database-admin-secret'] ?? ''
  const host = flags['database-host'] ?? ''
  const problems = REQUIRED.filter((flag) => !flags[flag]).map(
    (flag) => `--${flag} is missing, but there is --${given[0]}`,
  )
  if (engine && engine !== 'mysql' && engine !== 'postgres')
    problems.push('--database-engine must be mysql or postgres')
  if (host && !/^[A-Za-z0-9.-]+$/.test(host)) problems.push('--database-host must be a host, without scheme and port')
  const port = Number(flags['database-port'] ?? PORTS[engine as keyof typeof PORTS] ?? 1)
  if (!Number.isInteger(port) || port < 1 || port > 65535) problems.push('--database-port must be between 1 and 65535')
  // The function's role is limited to it, for which a name is not enough.
  if (adminSecretArn && !/^arn:[^:]+:secretsmanager:[^:]+:\d{12}:secret:.+$/.test(adminSecretArn))
    problems.push('--database-admin-secret must be the whole ARN of a secret')
  const names = oneLine(flags['database-names'], problems)
  const seed = readSeed(flags['database-seed'], problems)
  const tls = flags['database-tls'] ?? 'true'
  if (tls !== 'true' && tls !== 'false') problems.push('--database-tls must be true or false')
  if (problems.length > 0) return problems
  return {
    engine: engine as keyof typeof PORTS,
    host,
    port,
    names,
    adminSecretArn,
    tls: tls === 'true',
    ...(seed && { seed }),
  }
}

const oneLine = (text: string | undefined, problems: string[]): string => {
  if (!text) return ''
  const names = text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter(Boolean)
    .join(',')
  if (names.length > LONGEST_NAMES) {
    problems.push(
      `--database-names is longer than ${LONGEST_NAMES} characters: name them by ranges such as preview_{01..20}`,
    )
  }
  try {
    expandNames(names)
  } catch (error) {
    problems.push(`--database-names: ${(error as Error).message}`)
  }
  return names
}

const readSeed = (url: string | undefined, problems: string[]): DatabaseOptions['seed'] => {
  if (url === undefined) return undefined
  const [, bucket = '', key = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)\/([^*?]+)$/.exec(url) ?? []
  if (key === '') problems.push('--database-seed must be like s3://bucket/seed.sql')
  return { bucket, key }
}
