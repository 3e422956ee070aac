import { z } from 'zod'
import { expandNames } from '../../checks/database/names.ts'
import type { Problem } from '../errors.ts'

/** The pool, as the platform team describes it. Pure. */
export type DatabaseSettings = {
  /** Name of the pool: of what keeps who has what. */
  pool: string
  engine: 'mysql' | 'postgres'
  host: string
  port: number
  /** Databases that are there already. */
  names: string[]
  credentials:
    | { kind: 'secret' /** Secret beside the records, with `username` and `password` for all of them. */; name: string }
    | {
        kind: 'prepared' /** Of the state machine that gives every lease credentials of its own. */
        stateMachineArn: string
      }
  /** Milliseconds that a run waits for a database. */
  waitTimeout: number
}

const PORT = { mysql: 3306, postgres: 5432 }

const names = z.string().transform((text, context) => {
  try {
    return expandNames(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

type Shared = { label: z.ZodString; stateMachineArn: z.ZodString; duration: z.ZodType<number, string> }

/** As they stand in the install ConfigMap. */
export const databaseShape = ({ label, stateMachineArn, duration }: Shared) => ({
  'database-names': names.optional(),
  'database-engine': z.enum(['mysql', 'postgres']).optional(),
  'database-host': z
    .string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, 'not a host name or an address')
    .optional(),
  'database-port': z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'not a port number')
    .transform(Number)
    .refine((port) => port <= 65_535, 'not a port number')
    .optional(),
  'database-pool': label.optional(),
  'database-secret': z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'not the name of a Secret')
    .optional(),
  'database-prepare-arn': stateMachineArn.optional(),
  'database-timeout': duration.optional(),
})

type Parsed = z.infer<z.ZodObject<ReturnType<typeof databaseShape>>>

/** `undefined` when there are no databases. */
export const databaseSettingsOf = (parsed: Parsed): { settings: DatabaseSettings | undefined; problems: Problem[] } => {
  const given = Object.entries(parsed).filter(([name, value]) => name.startsWith('database-') && value !== undefined)
  if (given.length === 0) return { settings: undefined, problems: [] }
  const {
    'database-names': names,
    'database-engine': engine,
    'database-host': host,
    'database-port': port,
    'database-pool': pool = 'default',
    'database-secret': secret,
    'database-prepare-arn': stateMachineArn,
    'database-timeout': waitTimeout = 15 * 60_000,
  } = parsed
  const problems: Problem[] = Object.entries({
    'database-names': names,
    'database-engine': engine,
    'database-host': host,
  })
    .filter(([, value]) => value === undefined)
    .map(([name]) => ({ message: `${name} is not set`, hint: `${given.map(([name]) => name).join(', ')} need it` }))
  if ((secret === undefined) === (stateMachineArn === undefined))
    problems.push({
      message: `set ${secret === undefined ? 'database-secret or database-prepare-arn' : 'database-secret or database-prepare-arn, not both'}`,
      hint: 'database-secret: one user for all databases; database-prepare-arn: each lease gets one of its own, and an empty database',
    })
  if (problems.length > 0 || names === undefined || engine === undefined || host === undefined)
    return { settings: undefined, problems }
  const credentials =
    stateMachineArn === undefined
      ? { kind: 'secret' as const, name: secret ?? '' }
      : { kind: 'prepared' as const, stateMachineArn }
  return { settings: { pool, engine, host, port: port ?? PORT[engine], names, credentials, waitTimeout }, problems }
}
