import * as z from 'zod'
import { ContractError } from '../contract.ts'

/**
 * Contract v1 between the action and the state machine that prepares a leased database. Neither input nor output holds a
 * password: whoever prepares writes it to Secrets Manager, whoever leases reads it there.
 */
export const PREPARE_VERSION = 1

const engine = z.enum(['mysql', 'postgres'])
const environmentId = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits')
/** Also the name of its user, of which MySQL allows 32 characters. */
export const DATABASE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/
const database = z.string().regex(DATABASE_NAME, 'must be the name of a database of the pool')
const generation = z.int().positive()

const prepareInput = z.object({
  version: z.literal(PREPARE_VERSION),
  /** `lease`: make it ready for this generation, with credentials that no other has. `clean`: take credentials and data away. */
  action: z.enum(['lease', 'clean']),
  environment: z.object({ id: environmentId, repository: z.string().min(3), branch: z.string().min(1) }),
  /** The workflow run that asks. */
  run: z.object({ url: z.url() }),
  engine,
  database,
  /** Grows with every lease of this database: one that is older than what was seen is refused, however late it comes. */
  generation,
  /** What becomes of what is in it when this generation is new to it. */
  data: z.enum(['reset', 'keep']),
})

const prepareResult = z.object({
  version: z.literal(PREPARE_VERSION),
  ok: z.boolean(),
  /** What was prepared, repeated from the input; null when the input was too wrong to tell. */
  environment: z.object({ id: environmentId }).nullable(),
  database: database.nullable(),
  generation: generation.nullable(),
  did: z.enum(['reset', 'kept', 'unchanged', 'cleaned']).nullable(),
  ms: z.number().min(0),
  /** Why it is not ready. `StaleGeneration` says which generation was seen. */
  error: z.object({ name: z.string().min(1), message: z.string(), generation: generation.optional() }).nullable(),
})

/** The value of the lease's secret, with the keys that RDS gives its own. */
const leaseSecret = z.object({
  version: z.literal(PREPARE_VERSION),
  engine,
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  dbname: database,
  username: z.string().min(1),
  password: z.string().min(1),
  environment: environmentId,
  generation,
})

export type PrepareInput = z.infer<typeof prepareInput>
export type PrepareResult = z.infer<typeof prepareResult>
export type LeaseSecret = z.infer<typeof leaseSecret>

/** @throws ContractError naming every problem and where it is */
export const parsePrepareInput = (value: unknown): PrepareInput => parse('prepare input', prepareInput, value)
/** @throws ContractError naming every problem and where it is */
export const parsePrepareResult = (value: unknown): PrepareResult => parse('prepare result', prepareResult, value)
/** `undefined` when there is no lease's secret in it: it was cleaned, or somebody else wrote it. */
export const readLeaseSecret = (text: string): LeaseSecret | undefined => {
  try {
    return leaseSecret.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Both sides build the name from what they know themselves; the action's role may read what begins with its state machine. */
export const leaseSecretName = (stateMachine: string, name: string): string => `${stateMachine}/${name}`

const parse = <T>(what: string, schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || what}: ${issue.message}`)
  throw new ContractError(`The ${what} is not valid (contract v${PREPARE_VERSION}): ${problems.join('; ')}`)
}
