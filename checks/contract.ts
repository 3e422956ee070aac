import * as z from 'zod'

/**
 * Contract v1 between the action and whatever answers its smoke check. Frozen: a field is never renamed, retyped or
 * taken away; optional ones may be added. Both sides ignore keys they do not know, so either side may be the newer one.
 */
export const CONTRACT_VERSION = 1

/** Bytes of UTF-8. Step Functions carries 262,144 per state; the rest is room for the result of the attempt before. */
export const INPUT_LIMIT = 196_608
export const RESULT_LIMIT = 65_536

// A path that keeps its host: `//other` and `/\other` would both leave it when resolved against a URL.
const path = z
  .string()
  .max(2048)
  .regex(/^\/(?![/\\])[^\s\\]*$/, 'must be a path like /healthz, on the host of the app')
const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a DNS label')
const name = z.string().min(1).max(120)
const count = z.int().min(0)
const environmentId = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits')
const commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a full commit id')
const anyWebUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), 'must not carry a user name or password')
const webUrl = anyWebUrl.max(2048)

const app = z.object({
  name: label,
  /** Where the app answers, without query and fragment. */
  url: webUrl.refine((url) => !/[?#]/.test(url), 'must not carry a query or a fragment'),
  health: path,
  /** Where the app says which commit it is: a header of the health answer, or a dotted path into its JSON body. */
  commit: z.union([z.object({ header: name }), z.object({ path: name })]).optional(),
  /** Where people read what it logs. */
  logs: webUrl.optional(),
})

/**
 * A check beyond health and commit. `kind` is an open word (login, write, queue, storage, call …) and the other keys
 * belong to the kind: `check-kinds.ts` has those that the suite knows. A suite that does not know a kind answers with a failed case: never silently with nothing.
 */
const check = z.looseObject({ app: label, name, kind: name })

/** A queue, bucket or other thing the apps use and a check may look at directly; keys beyond these belong to the kind. */
const dependency = z.looseObject({ name, kind: name })

/** No host and no secret: whoever checks looks both up under its own prefix, by this name. */
const database = z.object({
  engine: z.enum(['mysql', 'postgres']),
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the name of a database'),
})

const caseKey = z.object({ app: label.nullable(), name })

const smokeInput = z
  .object({
    version: z.literal(CONTRACT_VERSION),
    environment: z.object({ id: environmentId, repository: z.string().min(3), branch: z.string().min(1) }),
    pullRequest: z.int().positive().nullable(),
    commit,
    /** The workflow run that asks. */
    run: z.object({ url: webUrl }),
    apps: z.array(app).min(1).max(50),
    database: database.nullable(),
    dependencies: z.array(dependency).max(100),
    checks: z.array(check).max(100),
    attempts: z.int().min(1).max(10),
    /** Seconds before the second attempt; doubled before each further one, up to a minute. */
    waitSeconds: z.int().min(0).max(60),
    /** What failed the last time this environment was checked, to tell new failures from old ones. */
    previous: z.object({ commit, failed: z.array(caseKey).max(500) }).nullable(),
    report: z.object({
      /** First part of the report's key; the bucket belongs to whoever checks. */
      prefix: z
        .string()
        .regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, 'must be like reports or team/reports')
        .max(200),
    }),
  })
  .superRefine(({ apps, checks }, context) => {
    const names = new Set(apps.map((each) => each.name))
    if (names.size < apps.length)
      context.addIssue({ code: 'custom', path: ['apps'], message: 'two apps have one name' })
    for (const [index, each] of checks.entries()) {
      if (names.has(each.app)) continue
      context.addIssue({ code: 'custom', path: ['checks', index, 'app'], message: `there is no app ${each.app}` })
    }
  })

const outcome = z.enum(['passed', 'failed', 'skipped'])
const message = z.string().max(2000).optional()

const smokeCase = z.object({
  name,
  /** null: about the environment as a whole. */
  app: label.nullable(),
  kind: name,
  status: outcome,
  /** How many attempts ran this case; passed with more than one is flaky. */
  attempts: count,
  /** Of the last attempt, as are `status` and `message`. */
  ms: z.number().min(0),
  message,
  /** Every attempt that ran the case, oldest first. */
  history: z.array(z.object({ attempt: z.int().min(1), status: outcome, ms: z.number().min(0), message })).optional(),
})

const smokeResult = z
  .object({
    version: z.literal(CONTRACT_VERSION),
    ok: z.boolean(),
    /** What was checked, repeated from the input: a result for another commit is never read as this one's. */
    environment: z.object({ id: environmentId }).nullable(),
    /** null, like `environment`, only when the input was too wrong to tell. */
    commit: commit.nullable(),
    counts: z.object({ passed: count, failed: count, skipped: count, flaky: count }),
    cases: z.array(smokeCase).max(1000),
    report: z
      .object({
        bucket: z.string().min(1),
        key: z.string().min(1),
        // A presigned one carries its session's token.
        url: anyWebUrl.max(8192).optional(),
        /** When `url` leads nowhere any more, at the latest. */
        expires: z.iso.datetime().optional(),
      })
      .nullable(),
    /** ISO 8601, UTC: when the first attempt began. */
    started: z.iso.datetime(),
    /** From `started` to the end of the last attempt, waits included. */
    ms: z.number().min(0),
    /** At least one app says which commit it is, and every app that does said this one. */
    commitVerified: z.boolean(),
    /** Why the checks themselves could not be run or finished; then `ok` is false whatever the cases say. */
    error: z.object({ name, message: z.string() }).nullable(),
  })
  .superRefine((result, context) => {
    const tell = (key: string, text: string) => context.addIssue({ code: 'custom', path: [key], message: text })
    const counted = countCases(result.cases)
    for (const key of ['passed', 'failed', 'skipped', 'flaky'] as const) {
      if (result.counts[key] !== counted[key])
        tell('counts', `${key} is ${result.counts[key]}, the cases say ${counted[key]}`)
    }
    if (result.ok !== isOk(result))
      tell('ok', result.ok ? 'true, but the cases or the error say otherwise' : 'false, without a reason')
  })

export type SmokeInput = z.infer<typeof smokeInput>
export type SmokeApp = SmokeInput['apps'][number]
export type SmokeResult = z.infer<typeof smokeResult>
export type SmokeCase = SmokeResult['cases'][number]
export type SmokeCounts = SmokeResult['counts']

export class ContractError extends Error {
  override readonly name = 'ContractError'
}

/** @throws ContractError naming every problem and where it is */
export const parseSmokeInput = (value: unknown): SmokeInput => parse('input', smokeInput, value)
/** @throws ContractError naming every problem and where it is */
export const parseSmokeResult = (value: unknown): SmokeResult => parse('result', smokeResult, value)

const parse = <T>(what: 'input' | 'result', schema: z.ZodType<T>, value: unknown): T => {
  const version = (value as { version?: unknown } | null | undefined)?.version
  if (version !== undefined && version !== CONTRACT_VERSION) {
    throw new ContractError(
      `The smoke ${what} has version ${JSON.stringify(version)}, this side speaks version ${CONTRACT_VERSION}: ` +
        'deploy the checks from the same release as the action (npm run checks:deploy)',
    )
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || what}: ${issue.message}`)
  throw new ContractError(`The smoke ${what} is not valid (contract v${CONTRACT_VERSION}): ${problems.join('; ')}`)
}

export const isFlaky = (each: Pick<SmokeCase, 'status' | 'attempts'>): boolean =>
  each.status === 'passed' && each.attempts > 1

export const countCases = (cases: readonly SmokeCase[]): SmokeCounts => ({
  passed: cases.filter((each) => each.status === 'passed').length,
  failed: cases.filter((each) => each.status === 'failed').length,
  skipped: cases.filter((each) => each.status === 'skipped').length,
  flaky: cases.filter(isFlaky).length,
})

/** Good means that something was checked, nothing failed, and the checks themselves came to their end. */
export const isOk = ({ counts, error }: Pick<SmokeResult, 'counts' | 'error'>): boolean =>
  error === null && counts.failed === 0 && counts.passed > 0

/** Both sides build the key from what they know themselves, so neither has to believe the other about where to look. */
export const reportKey = (input: SmokeInput, execution: string): string =>
  `${input.report.prefix}/${input.environment.id}/${input.commit}/${execution}/report.html`

/** @throws ContractError when the input is larger than a state machine may be given */
export const smokeInputJson = (input: SmokeInput): string => {
  const json = JSON.stringify(input)
  const bytes = Buffer.byteLength(json)
  if (bytes <= INPUT_LIMIT) return json
  throw new ContractError(
    `The smoke input has ${bytes} bytes, ${INPUT_LIMIT} is the most: declare fewer or smaller checks`,
  )
}
