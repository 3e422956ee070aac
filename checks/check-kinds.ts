// biome-ignore-all lint/suspicious/noThenProperty: what comes after a request; data, and never a function
import * as z from 'zod'

/**
 * What a check may say, for `.github/preview.yaml` and for the suite that carries it out: data only, never code. A key that the
 * suite does not know fails the check by name, so an older suite never makes less of one than was asked for.
 */
export const CHECK_KINDS = ['login', 'write', 'queue', 'storage', 'call'] as const
export type CheckKind = (typeof CHECK_KINDS)[number]

const path = z
  .string()
  .max(2048)
  .regex(/^\/(?![/\\])[^\s\\#]*$/, 'write a path such as /items, on the host of the app')
  .regex(/^([^{}]|\{(marker|json(\.[\w-]+)+)\})*$/, 'in braces write {marker} or a value such as {json.id}')
  .describe('On the host of the app. {marker} is another text in every attempt, {json.id} a value of the answer before')
const text = z.string().max(10_000)
const appName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'not the name of an app')

/** These belong to the connection, and `host` would lead to somebody else's app. */
const OF_THE_CONNECTION =
  /^(host|connection|content-length|transfer-encoding|upgrade|expect|keep-alive|te|trailer|proxy-.*)$/i
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/, 'not the name of a header')
  .refine((name) => !OF_THE_CONNECTION.test(name), 'a check may not set this header')

const within = z
  .string()
  .regex(/^([1-9]|[1-9]\d|1[01]\d|120)s$/, 'write seconds such as 30s, 120s at most')
  .describe('How long it is asked again and again')

const status = z.int().min(100).max(599)
const expectation = z.union(
  [
    status,
    z.strictObject({
      status: z
        .union([status, z.array(status).min(1)])
        .optional()
        .describe('One, or one of several'),
      json: z.json().optional().describe('What the JSON must hold; more may be in it'),
      text: text.optional().describe('What the answer must contain'),
    }),
  ],
  'write a status such as 201, or status, json and text',
)

const request = {
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional().describe('Default: POST with a body, else GET'),
  path,
  headers: z
    .record(headerName, text.regex(/^[^\r\n\0]*$/, 'one line'))
    .optional()
    .describe('Of the request'),
  body: z.json().optional().describe('Sent as JSON; a text as it is'),
  form: z.record(z.string(), text).optional().describe('Sent as a form'),
  file: z
    .strictObject({
      field: z.string().describe('Of the form'),
      name: z.string().describe('Of the file'),
      text: text.describe('What is in it'),
    })
    .optional()
    .describe('Sent with the form'),
  expect: expectation.optional().describe('Default: any 2xx'),
}
const followUp = z.strictObject({
  ...request,
  app: appName.optional().describe('Default: the same'),
  within: within.optional(),
})
const then = followUp.describe('Asked afterwards, again and again until it answers as expected')

const MARKED = /\{(marker|json\.[^{}]+)\}/
const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_$]{0,62}$/, 'not the name of a column')
const row = z.strictObject({
  table: z
    .string()
    .regex(/^[A-Za-z_][\w$]{0,62}(\.[A-Za-z_][\w$]{0,62})?$/, 'not the name of a table')
    .describe('In the leased database'),
  where: z
    .record(identifier, z.union([text, z.number(), z.boolean(), z.null()]))
    .refine((columns) => Object.keys(columns).length > 0, 'name a column at least')
    .meta({ minProperties: 1 })
    .refine(
      (columns) => Object.values(columns).some((value) => typeof value === 'string' && MARKED.test(value)),
      'one value must hold {marker} or a value of the answer: the row of an earlier attempt would do',
    )
    .describe('Columns and their values; {marker} or a value of the answer proves that the row is new'),
  within: within.optional(),
})

/** A queue or bucket, as the platform team named it when it deployed the checks. */
const dependencyName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/, 'a name of the install, never an ARN or URL')
const object = z.strictObject({
  bucket: dependencyName.describe('As the install names it'),
  key: text
    .min(1)
    .regex(MARKED, 'must hold {marker} or a value of the answer: an older object would do')
    .describe('{marker} or a value of the answer proves that the object is new'),
  within: within.optional(),
})

const tokenPath = z.string().regex(/^\$(\.[\w-]+)+$/, 'write where the token is in the JSON, such as $.token')

const oneBody = (asked: object, context: z.RefinementCtx): void => {
  for (const [name, each] of [
    ['', asked],
    ['then', (asked as { then?: object }).then],
  ] as const) {
    if (each === undefined || !('body' in each) || !('form' in each || 'file' in each)) continue
    context.addIssue({
      code: 'custom',
      path: name ? [name, 'body'] : ['body'],
      message: 'not together with form and file',
    })
  }
}
const needsOne = <T extends z.ZodType<object>>(check: T, ...keys: [string, string]): T => {
  const message = `add ${keys[0]} or ${keys[1]}: it would prove nothing without`
  return check
    .superRefine((asked, context) => {
      if (keys.some((key) => (asked as Record<string, unknown>)[key] !== undefined)) return
      context.addIssue({ code: 'custom', path: [], message })
    })
    .meta({ anyOf: keys.map((key) => ({ required: [key], errorMessage: message })) })
}

const login = z
  .strictObject({
    kind: z.literal('login'),
    ...request,
    token: tokenPath.optional().describe("Where the answer has it, such as $.token; the app's other checks go with it"),
  })
  .superRefine(oneBody)
const write = needsOne(
  z
    .strictObject({
      kind: z.literal('write'),
      ...request,
      row: row.optional().describe('Must be in the leased database then'),
      then: then.optional(),
    })
    .superRefine(oneBody),
  'row',
  'then',
)
const queue = z
  .strictObject({
    kind: z.literal('queue'),
    ...request,
    then,
    queue: dependencyName.optional().describe('As the install names it: its counts are told beside what came'),
  })
  .superRefine(oneBody)
const storage = needsOne(
  z
    .strictObject({
      kind: z.literal('storage'),
      ...request,
      object: object.optional().describe('Must be in the bucket then'),
      then: then.optional(),
    })
    .superRefine(oneBody),
  'object',
  'then',
)
const call = z.strictObject({ kind: z.literal('call'), ...request, then: then.optional() }).superRefine(oneBody)
export const CHECK_SCHEMAS = { login, write, queue, storage, call }

export type DeclaredCheck = z.infer<(typeof CHECK_SCHEMAS)[CheckKind]>
export type CheckRequest = Pick<DeclaredCheck, keyof typeof request>
export type FollowUp = z.infer<typeof followUp>
export type Expectation = z.infer<typeof expectation>
export type Row = z.infer<typeof row>
export type Json = z.infer<ReturnType<typeof z.json>>

export const isCheckKind = (word: unknown): word is CheckKind => CHECK_KINDS.includes(word as CheckKind)

/** The check, or everything that is wrong with it, each with its place inside it. */
export const readCheck = (kind: CheckKind, value: object): z.ZodSafeParseResult<DeclaredCheck> =>
  (CHECK_SCHEMAS[kind] as z.ZodType<DeclaredCheck>).safeParse({ ...value, kind })

/** One line each, with its place inside the check. */
export const problemsOf = ({ issues }: z.ZodError): string[] =>
  issues.map((issue) => {
    const message = issue.code === 'invalid_key' ? issue.issues.map((each) => each.message).join(', ') : issue.message
    return [issue.path.join('.'), message].filter(Boolean).join(': ')
  })

/** Of `within`. */
export const secondsOf = (words: string): number => Number(words.slice(0, -1))
