import * as z from 'zod'
import { PrepareFailure } from './failure.ts'
import { expandNames } from './names.ts'

const text = z.string().min(1)

const environment = z.object({
  ENGINE: z.enum(['mysql', 'postgres']),
  HOST: text,
  PORT: z.coerce.number().int().min(1).max(65535),
  /** As in the stack's parameter: a Lambda's environment has 4 KB, 500 names have more. */
  DATABASES: text.transform((value, context) => {
    try {
      return expandNames(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  }),
  ADMIN_SECRET: text,
  SECRET_PREFIX: text,
  SEED_BUCKET: z.string().default(''),
  SEED_KEY: z.string().default(''),
  TLS: z.enum(['true', 'false']).default('true'),
})

export type Settings = Readonly<{
  engine: 'mysql' | 'postgres'
  host: string
  port: number
  tls: boolean
  /** No other is ever touched. */
  databases: readonly string[]
  adminSecret: string
  secretPrefix: string
  seed: { bucket: string; key: string } | undefined
}>

/** @throws PrepareFailure with every problem */
export const readSettings = (env: NodeJS.ProcessEnv): Settings => {
  const parsed = environment.safeParse(env)
  const problems = parsed.error?.issues.map((issue) => `${z.core.toDotPath(issue.path)}: ${issue.message}`) ?? []
  // One alone would be no seed, in silence.
  if (!env.SEED_BUCKET !== !env.SEED_KEY) problems.push('SEED_BUCKET and SEED_KEY: one of them is empty')
  if (!parsed.success || problems.length > 0) {
    const fix = 'Deploy it with npm run checks:deploy'
    throw new PrepareFailure(
      'Misconfigured',
      `The Lambda function's environment is not valid: ${problems.join('; ')}. ${fix}`,
    )
  }
  const { ADMIN_SECRET, DATABASES, ENGINE, HOST, PORT, SECRET_PREFIX, SEED_BUCKET, SEED_KEY, TLS } = parsed.data
  return {
    engine: ENGINE,
    host: HOST,
    port: PORT,
    tls: TLS === 'true',
    databases: DATABASES,
    adminSecret: ADMIN_SECRET,
    secretPrefix: SECRET_PREFIX,
    seed: SEED_BUCKET && SEED_KEY ? { bucket: SEED_BUCKET, key: SEED_KEY } : undefined,
  }
}

const adminSecret = z.object({ username: text, password: text })

/** The admin's secret as RDS writes it. Its text is in no message. @throws PrepareFailure */
export const readAdmin = (secret: string | undefined, name: string): { user: string; password: string } => {
  try {
    const { username, password } = adminSecret.parse(JSON.parse(secret ?? ''))
    return { user: username, password }
  } catch {
    throw new PrepareFailure(
      'Misconfigured',
      `The secret ${name} of the database's admin is not {"username": …, "password": …}`,
    )
  }
}
