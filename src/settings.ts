import { z } from 'zod'
import { LOG_GROUP_ARN, type LogGroup, logGroupOf } from './aws/log-group.ts'
import type { Exposure } from './config-schema.ts'
import { type DatabaseSettings, databaseSettingsOf, databaseShape } from './database/settings.ts'
import type { Problem } from './errors.ts'
import type { Rules } from './rules.ts'

const MINUTE = 60_000

/** In milliseconds. */
const UNIT: Record<string, number> = { s: 1000, m: MINUTE, h: 60 * MINUTE }
const milliseconds = (text: string): number => Number.parseInt(text, 10) * (UNIT[text.slice(-1)] ?? 0)
const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[smh]$/, 'write a duration such as 90s, 15m or 2h')
  .transform(milliseconds)
/** 0 when it is off. */
const optionalDuration = z
  .string()
  .regex(/^(0|off|[1-9]\d{0,4}[smh])$/, 'write a duration such as 90s or 15m, or off')
  .transform((text) => (text === 'off' ? 0 : milliseconds(text)))

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const dnsLabel = z
  .string()
  .regex(label, 'not a name Kubernetes and DNS accept: lower-case letters, digits, hyphens, at most 63')
const domain = z
  .string()
  .max(200)
  .refine(
    (name) => name.includes('.') && name.split('.').every((part) => label.test(part)),
    'not a domain name such as preview.example.com',
  )
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const lines = z.string().transform((text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
)
/** Not YAML: an annotation's value is often JSON, and means its characters. */
const stringMap = lines.transform((all, context) => {
  const pairs = all.map((line) => /^([^\s:]+):\s+(.*)$/.exec(line))
  if (pairs.includes(null)) context.addIssue({ code: 'custom', message: 'write one `name: value` a line' })
  return Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]])) as Record<string, string>
})
const template = (...parts: string[]) =>
  z
    .string()
    .refine((text) => parts.every((part) => text.includes(part)), `must hold ${parts.join(' and ')}`)
    .refine((text) => !/\s/.test(text), 'must not hold white space')

const stateMachineArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:stateMachine:[A-Za-z0-9-_]{1,80}(:[A-Za-z0-9-_]+)?$/,
    'not the ARN of a Step Functions state machine',
  )

/** What may stand in the install ConfigMap and, under the same names, in the workflow's inputs. */
const schema = z.object({
  domain: domain.optional(),
  isolation: z.enum(['shared', 'namespace']).default('shared'),
  dns: z.enum(['records', 'none']).default('records'),
  'hosted-zone-id': z
    .string()
    .regex(/^Z[A-Z0-9]{1,31}$/, 'a hosted zone id begins with Z')
    .optional(),
  'ingress-class': dnsLabel.default('alb'),
  'ingress-group': dnsLabel.default('preview'),
  'ingress-annotations': stringMap.default({}),
  'host-template': template('{id}', '{app}', '{domain}').default('{id}-{app}.{domain}'),
  'url-template': template('{host}')
    .refine((text) => /^https?:\/\//.test(text), 'must begin with https:// or http://')
    .default('https://{host}'),
  'shared-objects': lines.default([]),
  'allowed-kinds': lines.default([]),
  'allowed-exposures': lines
    .pipe(z.array(z.enum(['nodePort', 'istio', 'loadBalancer'], 'write nodePort, istio or loadBalancer, one a line')))
    .default([]),
  'istio-gateway': z
    .string()
    .regex(/^[a-z0-9-]{1,63}\/[a-z0-9.-]{1,253}$/, 'write namespace/name')
    .optional(),
  'istio-load-balancer': domain.optional(),
  'load-balancer-annotations': stringMap.default({}),
  repositories: lines.default([]),
  'opt-in-label': z.string().max(50, 'GitHub has no label of more than 50 characters').optional(),
  drafts: z.enum(['skip', 'deploy']).default('skip'),
  bots: z.enum(['skip', 'deploy']).default('deploy'),
  probe: z.enum(['runner', 'vpc', 'none']).default('runner'),
  'state-machine-arn': stateMachineArn.optional(),
  'smoke-required': flag.default(true),
  'log-group-arn': z
    .string()
    .regex(LOG_GROUP_ARN, 'not the ARN of a log group of CloudWatch Logs')
    .transform(logGroupOf)
    .optional(),
  deployments: z.enum(['one-environment', 'per-pr', 'off']).optional(),
  'failure-comment': flag.default(true),
  'wait-for-images': optionalDuration.default(15 * MINUTE),
  'wait-timeout': duration.default(10 * MINUTE),
  'smoke-timeout': duration.default(15 * MINUTE),
  'remove-timeout': duration.default(10 * MINUTE),
  ...databaseShape({ label: dnsLabel, stateMachineArn, duration }),
})

export type SettingName = keyof typeof schema.shape
export const SETTING_NAMES = Object.keys(schema.shape) as SettingName[]

type Raw = Partial<Record<string, string>>
type Parsed = z.infer<typeof schema>

/** The Gateway of all previews, `namespace/name`, and the hostname of the load balancer in front of it. */
export type Istio = { gateway: string; loadBalancer: string | undefined }

/** Everything a run needs to know about the install, in one resolved value. Milliseconds for all times. */
export type Settings = {
  /** The install's own: records and settings are there, and with `isolation: shared` the previews too. */
  namespace: string
  isolation: 'shared' | 'namespace'
  /** While the install serves one repository, an id is the md5 of the branch alone. */
  pureId: boolean
  domain: string
  dns: 'records' | 'none'
  hostedZoneId: string | undefined
  ingressClass: string
  ingressGroup: string
  ingressAnnotations: Record<string, string>
  /** `Kind/name` of what is there already and an app may use. */
  sharedObjects: string[]
  /** `Kind.group` of what own manifests may hold beside the usual kinds. */
  allowedKinds: string[]
  /** What may lead to an app besides the Ingress. */
  allowedExposures: readonly Exposure[]
  istio: Istio | undefined
  /** Of Services of type LoadBalancer. */
  loadBalancerAnnotations: Record<string, string>
  hostTemplate: string
  urlTemplate: string
  rules: Rules
  probe: 'runner' | 'vpc' | 'none'
  smoke: { stateMachineArn: string; required: boolean } | undefined
  /** Where apps with `logs` send them. */
  logGroup: LogGroup | undefined
  database: DatabaseSettings | undefined
  failureComment: boolean
  /** `isAsked`: it was set, and is not merely the default. */
  deployments: { per: 'install' | 'pull request'; isAsked: boolean } | undefined
  timeouts: { images: number /** 0: they are not awaited. */; wait: number; smoke: number; remove: number }
}

/** Format problems of the inputs alone: known before anything is asked of the network. */
export const settingProblems = (inputs: Raw): Problem[] => {
  const parsed = schema.safeParse(given(inputs))
  return parsed.success ? [] : problemsOf(parsed.error, 'input')
}

/** Install settings win; an input that contradicts one is an error, because on `pull_request` the inputs are the PR's own text. */
export const resolveSettings = (
  inputs: Raw,
  install: Raw | undefined,
  repository: string,
  namespace: string,
): { settings: Settings } | { problems: Problem[] } => {
  const problems: Problem[] = []
  const ours = given(inputs)
  const theirs = given(install ?? {})
  for (const name of Object.keys(theirs)) {
    if (!SETTING_NAMES.includes(name as SettingName))
      problems.push({
        message: `the install ConfigMap has the unknown setting ${name}`,
        hint: `remove it, or correct it to one of ${SETTING_NAMES.join(', ')}`,
      })
    else if (ours[name] !== undefined && ours[name] !== theirs[name])
      problems.push({
        message: `input ${name} contradicts the install ConfigMap`,
        hint: 'remove the input: the install setting counts',
      })
  }

  const parsed = schema.safeParse({ ...ours, ...theirs })
  if (!parsed.success) return { problems: [...problems, ...problemsOf(parsed.error, 'setting')] }
  const { data } = parsed
  if (data.domain === undefined)
    problems.push({ message: 'domain is not set', hint: 'set it in the install ConfigMap, or as the input domain' })
  if (data.repositories.length > 0 && !data.repositories.includes(repository))
    problems.push({
      message: `the install does not serve ${repository}`,
      hint: 'add it to repositories in the install ConfigMap',
    })
  if (data.probe === 'vpc' && (data['state-machine-arn'] === undefined || !data['smoke-required']))
    problems.push({
      message: 'probe: vpc leaves the question whether the preview answers to the smoke check alone',
      hint: 'set state-machine-arn, and leave smoke-required at true',
    })
  const database = databaseSettingsOf(data)
  problems.push(...database.problems)
  return problems.length > 0 || data.domain === undefined
    ? { problems }
    : { settings: { ...settingsOf(data, data.domain, namespace), database: database.settings } }
}

const settingsOf = (data: Parsed, domain: string, namespace: string): Omit<Settings, 'database'> => ({
  namespace,
  isolation: data.isolation,
  pureId: data.repositories.length <= 1,
  domain,
  dns: data.dns,
  hostedZoneId: data['hosted-zone-id'],
  ingressClass: data['ingress-class'],
  ingressGroup: data['ingress-group'],
  ingressAnnotations: data['ingress-annotations'],
  sharedObjects: data['shared-objects'],
  allowedKinds: data['allowed-kinds'],
  allowedExposures: data['allowed-exposures'],
  istio:
    data['istio-gateway'] === undefined
      ? undefined
      : { gateway: data['istio-gateway'], loadBalancer: data['istio-load-balancer'] },
  loadBalancerAnnotations: data['load-balancer-annotations'],
  hostTemplate: data['host-template'],
  urlTemplate: data['url-template'],
  rules: { optInLabel: data['opt-in-label'], drafts: data.drafts, bots: data.bots },
  probe: data.probe,
  smoke:
    data['state-machine-arn'] === undefined
      ? undefined
      : { stateMachineArn: data['state-machine-arn'], required: data['smoke-required'] },
  logGroup: data['log-group-arn'],
  failureComment: data['failure-comment'],
  deployments:
    data.deployments === 'off'
      ? undefined
      : {
          per: data.deployments === 'per-pr' ? 'pull request' : 'install',
          isAsked: data.deployments !== undefined,
        },
  timeouts: {
    images: data['wait-for-images'],
    wait: data['wait-timeout'],
    smoke: data['smoke-timeout'],
    remove: data['remove-timeout'],
  },
})

/** An empty input is an absent one: that is how Actions hands over what was not written. */
const given = (raw: Raw): Record<string, string> =>
  Object.fromEntries(Object.entries(raw).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])))

const problemsOf = (error: z.ZodError, what: string): Problem[] =>
  error.issues.map(({ path, message }) => ({ message: `${what} ${path.join('.')}: ${message}` }))
