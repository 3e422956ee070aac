import { posix } from 'node:path'
import { z } from 'zod'
import { checks, checksFit } from './checks-config.ts'
import { SECRET_VARIABLE } from './secret-values.ts'

/** A DNS label; 30 characters leave room for `<32 hex>-` in a host label of 63. */
const appName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    'an app name has lower-case letters, digits and hyphens, and begins with a letter',
  )
  .max(30)
const kubernetesName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'not a Kubernetes object name')
  .max(253)
// A second slash would make the next part a host when it is resolved against the app's URL.
const urlPath = z
  .string()
  .max(2048)
  .regex(/^\/(?![/\\])[^\s\\]*$/, 'write a path such as /healthz, without a host')
const quantities = z.record(z.string(), z.union([z.string(), z.number()]))
const image = z
  .string()
  .regex(/^[^\s@]+(@sha256:[0-9a-f]{64})?$/, 'an image is written repo, repo:tag or repo@sha256:…')
const command = z.array(z.string()).min(1)

export const EXPOSURES = ['ingress', 'nodePort', 'istio', 'loadBalancer', 'none'] as const
export type Exposure = (typeof EXPOSURES)[number]

/** What is asked of every app, whoever wrote its manifests. */
const reached = {
  expose: z
    .enum(EXPOSURES)
    .default('ingress')
    .describe(
      'What leads to the app: the load balancer that all previews share (ingress; nodePort: through a port of every node), the Gateway of Istio, a load balancer of its own, or none: it has no URL',
    ),
  health: urlPath.optional().describe('Answers 2xx when the app is ready; default: /'),
  commit: z
    .union([
      z.strictObject({ header: z.string().min(1).describe('Name of the header') }),
      z.strictObject({ path: z.string().min(1).describe('Such as build.commit') }),
    ])
    .optional()
    .describe('Where the app says which commit it is: a response header, or a path in the JSON of `health`'),
  checks: checks.optional(),
}

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'not the name of an environment variable')
const secretVariable = z.string().regex(SECRET_VARIABLE)
const ADDRESS = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?:[1-9]\d{0,4}$/

const app = z.strictObject({
  image: image.describe('Image; without a tag or digest the head commit is the tag'),
  port: z.int().min(1).max(65535).describe('The port the container listens on'),
  env: z
    // Written as a number or a word such as `on` it is text all the same (config.ts).
    .record(variable, z.string().meta({ type: ['string', 'number', 'boolean', 'null'] }))
    .default({})
    .describe('Environment variables; `http://api` and `api:3000` are the app api of the same preview'),
  secrets: z
    .array(z.union([kubernetesName, secretVariable], 'write the name of a Secret, or of a variable such as API_KEY'))
    .default([])
    .describe(
      "Read as environment variables: Secrets named in the install's shared-objects, and in upper case the variables that the workflow hands over with the input `secrets`",
    ),
  command: command.optional().describe("Instead of the image's own"),
  migrate: z
    .strictObject({
      image: image.optional().describe("Default: the app's own"),
      command: command.describe('What it runs'),
    })
    .optional()
    .describe('A Job that has to complete before the app is rolled out'),
  waitFor: z
    .array(
      z.union(
        [z.literal('database'), appName, z.string().regex(ADDRESS)],
        'write database, the name of an app, or host:port',
      ),
    )
    .default([])
    .describe('What has to answer before the app starts'),
  replicas: z.int().min(1).max(20).optional().describe('Pods of the app; default: 1'),
  scale: z
    .strictObject({
      min: z.int().min(1).max(20).default(1).describe('Pods at least'),
      max: z.int().min(1).max(20).describe('Pods at most'),
      cpu: z.int().min(1).max(1000).default(80).describe('Percent of the requested CPU that is aimed at'),
    })
    .refine(({ min, max }) => min <= max, { error: 'max is less than min', path: ['max'] })
    .optional()
    .describe('As many pods as the load asks for'),
  resources: z
    .strictObject({
      requests: quantities.optional().describe('What is kept free for a pod'),
      limits: quantities.optional().describe('What a pod gets at most'),
    })
    .optional()
    .describe('Of the app and its migration, in place of what kustomize-base/app has'),
  serviceAccount: kubernetesName.optional().describe('An existing one, used under its own name'),
  imagePullSecrets: z
    .array(kubernetesName)
    .default([])
    .describe("Secrets named in the install's shared-objects, with which the images are pulled"),
  logs: z
    .string()
    .regex(/^(\/[A-Za-z0-9_.-]*[A-Za-z0-9_-]){1,20}$/, 'write the path of a folder, such as /var/log/app')
    .optional()
    .describe('Folder in which the app writes *.log files, which go to CloudWatch Logs'),
  ...reached,
})

const portName = z.string().regex(/^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/, 'not the name of a port')
const port = z.union([z.int().min(1).max(65535), portName], {
  error: ({ input }) => (input === undefined ? 'is missing' : 'write the number or the name of a port'),
})
/** Lower case: Kustomize reads it as a regular expression, in which only the dot would mean something. */
const imageName = z
  .string()
  .regex(/^[a-z0-9.-]+(:\d+(?=\/))?(\/[a-z0-9._-]+)*$/, 'write the name that the manifests have, without a tag')

const ownApp = z.strictObject({
  service: z
    .strictObject({
      name: kubernetesName.describe('As `kustomize build` prints it'),
      port: port.describe('Its number or its name'),
    })
    .describe('The Service whose pods answer for the app'),
  ingress: kubernetesName
    .optional()
    .describe(
      'The Ingress that leads to it, whose host and load balancer the action sets; without it the action makes one',
    ),
  image: z
    .union([imageName, z.array(imageName).min(1)])
    .optional()
    .describe('Names of images in the manifests; the head commit becomes their tag'),
  ...reached,
})

const folder = z
  .string()
  .regex(/^(?!(.*\/)?(kustomization\.ya?ml|Kustomization)\/*$)/, 'name the folder, not the file in it')
  .regex(
    /^(?!(.*\/)?\.\.(\/|$))[^/~\\:?][^\\:?\p{Cc}]*$/u,
    'write a folder of this repository, such as k8s/overlays/preview',
  )
  .transform((text) => posix.join(text, '.'))

const apps = <T extends z.ZodType>(one: T) =>
  z
    .record(appName, one)
    .refine((all) => Object.keys(all).length > 0, 'name at least one app')
    .meta({
      minProperties: 1,
      description: 'By name, which is in the host of an app, and by which the others reach it',
    })
const database = z
  .strictObject({
    env: z
      .strictObject({
        host: variable.default('DATABASE_HOST').describe('For its host'),
        port: variable.default('DATABASE_PORT').describe('For its port'),
        name: variable.default('DATABASE_NAME').describe('For its name'),
        user: variable.default('DATABASE_USER').describe('For its user'),
        password: variable.default('DATABASE_PASSWORD').describe("For its user's password"),
        url: variable.default('DATABASE_URL').describe('For all of them as a URL'),
      })
      .refine((env) => new Set(Object.values(env)).size === Object.keys(env).length, 'two have the same name')
      .prefault({})
      .describe('Names of the environment variables'),
  })
  .optional()
  .describe("Leases a database of the install's pool")
const smoke = z
  .strictObject({ attempts: z.int().min(1).max(10).describe('How often a check is tried that fails; default: 3') })
  .optional()
  .describe('The smoke check of all apps')

type Reached = { expose: Exposure; commit?: unknown; checks?: unknown }

/** Nobody asks an app that has no URL. */
const askable = ({ apps }: { apps: Record<string, Reached> }, context: z.RefinementCtx): void => {
  const unasked = (['commit', 'checks'] as const).flatMap((key) =>
    Object.entries(apps).flatMap(([name, app]) =>
      app.expose === 'none' && app[key] !== undefined ? [[name, key]] : [],
    ),
  )
  for (const path of unasked)
    context.addIssue({
      code: 'custom',
      path: ['apps', ...path],
      message: 'an app with `expose: none` has no URL to ask: take one of the two out',
    })
}

const ledTo = (all: Record<string, OwnApp>, context: z.RefinementCtx): void => {
  const firstOf = new Map<string, string>()
  for (const [name, { expose, ingress, service }] of Object.entries(all)) {
    const tell = (key: string[], message: string) => context.addIssue({ code: 'custom', path: [name, ...key], message })
    if (typeof service.port === 'string' && (expose === 'istio' || expose === 'loadBalancer'))
      tell(['service', 'port'], `write its number, which \`expose: ${expose}\` needs`)
    if (expose !== 'ingress' && expose !== 'nodePort') {
      if (ingress !== undefined) tell(['ingress'], `no Ingress leads to an app with \`expose: ${expose}\``)
      continue
    }
    const first = firstOf.get(ingress ?? name)
    if (first !== undefined)
      tell(
        ['ingress'],
        `apps.${first} has the Ingress ${ingress ?? name}, and an Ingress has one app's host: give each an Ingress of its own`,
      )
    else firstOf.set(ingress ?? name, name)
  }
}

type WithDatabase = { apps: Record<string, App>; database?: z.infer<typeof database> }

const fitsTogether = ({ apps, database }: WithDatabase, context: z.RefinementCtx): void => {
  const set = Object.values(database?.env ?? {})
  for (const [name, app] of Object.entries(apps)) {
    const tell = (path: string[], message: string) =>
      context.addIssue({ code: 'custom', path: ['apps', name, ...path], message })
    if (database === undefined && app.waitFor.includes('database'))
      tell(['waitFor'], 'there is no database to wait for: add `database: {}` at the top')
    for (const other of app.waitFor.filter((at) => at !== 'database' && !at.includes(':')))
      if (other === name || !Object.hasOwn(apps, other)) tell(['waitFor'], `there is no other app ${other}`)
    if (app.scale !== undefined && app.replicas !== undefined)
      tell(['replicas'], 'scale says how many there are: take one of them out')
    if (app.scale !== undefined && app.resources !== undefined && app.resources.requests?.cpu === undefined)
      tell(['resources'], 'scale counts in requested CPU: add requests.cpu')
    if (app.logs !== undefined && app.serviceAccount === undefined)
      tell(['logs'], 'logs are sent as the pod: name its `serviceAccount`, one that may write to the log group')
    for (const variable of Object.keys(app.env).filter((variable) => set.includes(variable)))
      tell(['env', variable], 'the database sets it: take it out, or give the other a name in database.env')
    for (const variable of app.secrets.filter((secret) => Object.hasOwn(app.env, secret)))
      tell(['env', variable], 'it is among the secrets too: take one of them out')
    for (const variable of app.secrets.filter((secret) => set.includes(secret)))
      tell(['secrets'], `the database sets ${variable}: take it out, or give the other a name in database.env`)
  }
}

/** Apps made from kustomize-base/. */
export const baseSchema = z
  .strictObject({ apps: apps(app), database, smoke })
  .superRefine(fitsTogether)
  .superRefine(askable)
  .superRefine(checksFit)

/** Apps in manifests of the repository's own. */
export const ownSchema = z
  .strictObject({
    kustomization: folder.describe('The folder whose kustomization.yaml makes a preview'),
    rewriteServiceHosts: z
      .boolean()
      .default(false)
      .describe('Puts the new names of Services into texts that address them by their old ones'),
    apps: apps(ownApp).superRefine(ledTo),
    database,
    smoke,
  })
  .superRefine(askable)
  .superRefine(checksFit)

export type App = z.infer<typeof app>
export type OwnApp = z.infer<typeof ownApp>
export type BaseConfig = z.infer<typeof baseSchema>
export type OwnConfig = z.infer<typeof ownSchema>
export type PreviewConfig = BaseConfig | OwnConfig

const keysOf = (...schemas: z.ZodObject[]) => new Set(schemas.flatMap(({ shape }) => Object.keys(shape)))
const BASE_KEYS = keysOf(baseSchema, app)
const OWN_KEYS = keysOf(ownSchema, ownApp)

export const unknownKey = (key: string, isOwn: boolean): string => {
  if (isOwn && BASE_KEYS.has(key)) return 'not together with kustomization: the manifests say it'
  return !isOwn && OWN_KEYS.has(key) ? 'only together with kustomization' : 'unknown key'
}
