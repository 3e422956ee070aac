import { z } from 'zod'
import type { KubeObject } from '../cluster/cluster.ts'
import { mapOf, shown } from './fields.ts'

/** The JSON in `alb.ingress.kubernetes.io/actions.*` and `conditions.*`: what an Ingress itself has no field for. */

const PREFIX = 'alb.ingress.kubernetes.io/actions.'

const target = z.strictObject({
  serviceName: z.string(),
  servicePort: z.union([z.string(), z.int()]),
  weight: z.int().min(0).max(999).optional(),
})
const stickiness = z.strictObject({
  enabled: z.boolean(),
  durationSeconds: z.int().min(1).max(604_800).optional(),
})

/** Without target groups by ARN or name: those are somebody else's. */
export const action = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('forward'),
    forwardConfig: z.strictObject({
      targetGroups: z.array(target).min(1).max(5),
      targetGroupStickinessConfig: stickiness.optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('redirect'),
    redirectConfig: z.strictObject({
      host: z.string().max(128).optional(),
      path: z.string().max(128).optional(),
      port: z.string().optional(),
      protocol: z.enum(['HTTP', 'HTTPS', '#{protocol}']).optional(),
      query: z.string().max(128).optional(),
      statusCode: z.enum(['HTTP_301', 'HTTP_302']),
    }),
  }),
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

const values = z.array(z.string().min(1)).min(1)

/** Without `host-header`: it would add a host to those that the action sets. */
export const conditions = z.array(
  z.discriminatedUnion('field', [
    z.strictObject({
      field: z.literal('http-header'),
      httpHeaderConfig: z.strictObject({ httpHeaderName: z.string().min(1), values }),
    }),
    z.strictObject({
      field: z.literal('http-request-method'),
      httpRequestMethodConfig: z.strictObject({ values }),
    }),
    z.strictObject({ field: z.literal('path-pattern'), pathPatternConfig: z.strictObject({ values }) }),
    z.strictObject({
      field: z.literal('query-string'),
      queryStringConfig: z.strictObject({
        values: z.array(z.strictObject({ key: z.string().optional(), value: z.string() })).min(1),
      }),
    }),
    z.strictObject({ field: z.literal('source-ip'), sourceIPConfig: z.strictObject({ values }) }),
  ]),
)

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
