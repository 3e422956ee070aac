import { z } from 'zod'
import type { KubeObject } from '../cluster/cluster.ts'
import { listOf, mapOf, shown } from './fields.ts'

/** The JSON in `alb.ingress.kubernetes.io/actions.*` and `conditions.*`: what an Ingress itself has no field for. */

const PREFIX = 'alb.ingress.kubernetes.io/actions.'
const CONDITIONS = 'alb.ingress.kubernetes.io/conditions.'

const target = z.strictObject({
  serviceName: z.string(),
  servicePort: z.union([z.string(), z.int()]),
  weight: z.int().min(0).max(999).optional(),
})
const stickiness = z.strictObject({
  enabled: z.boolean(),
  durationSeconds: z.int().min(1).max(604_800).optional(),
})

const redirect = z
  .strictObject({
    host: z.string().min(1).max(128).optional(),
    path: z.string().regex(/^\//).max(128).optional(),
    port: z
      .string()
      .regex(/^([1-9]\d{0,4}|#\{port\})$/)
      .optional(),
    protocol: z.enum(['HTTP', 'HTTPS', '#{protocol}']).optional(),
    query: z.string().max(128).optional(),
    statusCode: z.enum(['HTTP_301', 'HTTP_302']),
  })
  .refine(
    ({ host = '#{host}', path = '/#{path}', port = '#{port}', protocol = '#{protocol}' }) =>
      `${protocol}://${host}:${port}${path}` !== '#{protocol}://#{host}:#{port}/#{path}',
    'it leads back to itself: change the host, the path, the port or the protocol',
  )

/** Without target groups by ARN or name: those are somebody else's. */
export const action = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('forward'),
    forwardConfig: z.strictObject({
      targetGroups: z.array(target).min(1).max(5),
      targetGroupStickinessConfig: stickiness.optional(),
    }),
  }),
  z.strictObject({ type: z.literal('redirect'), redirectConfig: redirect }),
  z.strictObject({
    type: z.literal('fixed-response'),
    fixedResponseConfig: z.strictObject({
      contentType: z
        .enum(['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'])
        .optional(),
      messageBody: z.string().max(1024).optional(),
      statusCode: z.string().regex(/^[245]\d\d$/),
    }),
  }),
])

/** Values that AWS takes in the conditions of one rule, the host and the path among them. */
export const MOST_VALUES = 5
/** What AWS takes for a path; `*` and `?` are its wildcards. */
export const PATH = /^[\w.$/~"'@:+&*?-]{1,128}$/

const some = (value: z.ZodType<string>) => z.array(value).min(1).max(MOST_VALUES)
const text = z.string().min(1).max(128)
const headerName = z
  .string()
  .regex(/^[\w-]{1,40}$/)
  .refine((name) => name.toLowerCase() !== 'host', 'the host is the app’s')

/** Without `host-header`: it would add a host to those that the action sets. */
export const conditions = z.array(
  z.discriminatedUnion('field', [
    z.strictObject({
      field: z.literal('http-header'),
      httpHeaderConfig: z.strictObject({ httpHeaderName: headerName, values: some(text) }),
    }),
    z.strictObject({
      field: z.literal('http-request-method'),
      httpRequestMethodConfig: z.strictObject({ values: some(z.string().regex(/^[A-Z_-]{1,40}$/)) }),
    }),
    z.strictObject({
      field: z.literal('path-pattern'),
      pathPatternConfig: z.strictObject({ values: some(z.string().regex(PATH)) }),
    }),
    z.strictObject({
      field: z.literal('query-string'),
      queryStringConfig: z.strictObject({
        values: z
          .array(z.strictObject({ key: text.optional(), value: text }))
          .min(1)
          .max(MOST_VALUES),
      }),
    }),
    z.strictObject({
      field: z.literal('source-ip'),
      sourceIPConfig: z.strictObject({ values: some(z.string().regex(/^[\d.]+\/\d{1,2}$|^[\da-f:.]+\/\d{1,3}$/i)) }),
    }),
  ]),
)

/** How many values the conditions of a backend have in all. */
export const valuesIn = ({ metadata }: KubeObject, backend: string): number => {
  const found = read(conditions, shown(mapOf(metadata.annotations)[`${CONDITIONS}${backend}`] ?? '[]'))
  const configs = 'value' in found ? found.value.flatMap((one) => Object.values(one).map(mapOf)) : []
  return configs.reduce((sum, { values }) => sum + listOf(values).length, 0)
}

/** The value, or what is wrong with it. */
export const read = <T>(schema: z.ZodType<T>, text: string): { value: T } | { problem: string } => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { problem: `it is not JSON (${(error as Error).message})` }
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { value: parsed.data }
  const [issue] = parsed.error.issues
  return { problem: [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ') }
}

export const targetsOf = (one: z.infer<typeof action>): z.infer<typeof target>[] =>
  one.type === 'forward' ? one.forwardConfig.targetGroups : []

/** Names of the Services that its actions forward to. */
export const routedServices = ({ metadata }: KubeObject): string[] =>
  Object.entries(mapOf(metadata.annotations))
    .filter(([key]) => key.startsWith(PREFIX))
    .flatMap(([, text]) => {
      const found = read(action, shown(text))
      return 'value' in found ? targetsOf(found.value).map(({ serviceName }) => serviceName) : []
    })
