import { type Address, addressOf, exposureProblems } from './address.ts'
import { logStreamsUrl } from './aws/log-group.ts'
import { CONFIG_PATH } from './config.ts'
import type { App, BaseConfig, OwnConfig, OwnApp as OwnConfigApp, PreviewConfig } from './config-schema.ts'
import type { VariableNames } from './database/secret.ts'
import type { DatabaseSettings } from './database/settings.ts'
import { PreviewError, type Problem } from './errors.ts'
import type { PullRequest } from './github/pull-request.ts'
import type { OverlayApp } from './kustomize/overlay.ts'
import type { OwnOverlayApp } from './kustomize/own-overlay.ts'
import { type Environment, type Placement, placementOf } from './names.ts'
import { amongNeighbours, SERVICE_PORT } from './neighbours.ts'
import { imagesIn, ownImages } from './own-images.ts'
import { handedIn, sharedIn } from './secret-values.ts'
import type { Settings } from './settings.ts'

/** How people know a pull request. */
export type PullRequestName = Pick<PullRequest, 'number' | 'title' | 'url'>

type Reached = {
  /** `undefined` when nothing leads to it. */
  address: Address | undefined
  /** The Service whose pods answer, by name before the placement's suffix. */
  service: string
}
/** `logsUrl`: where people read what it logs. */
type BaseApp = OverlayApp & Reached & { logsUrl?: string }
type OwnApp = OwnOverlayApp & Reached & { logsUrl?: undefined }
export type PlannedApp = BaseApp | OwnApp

/** People's kustomization. */
export type Own = {
  /** The folder of the commit's files. */
  tree: string
  /** Relative to it. */
  kustomization: string
  rewriteServiceHosts: boolean
}

type Decided = {
  environment: Environment
  placement: Placement
  /** The pull request this run is for. */
  pullRequest: PullRequestName
  /** All open pull requests with this head branch: they share the environment. */
  pullRequests: number[]
  /** The head commit. */
  commit: string
  settings: Settings
  /** To be leased from the pool. `reset`: what is in it is thrown away. */
  database: { settings: DatabaseSettings; variables: VariableNames; reset: boolean } | undefined
  smokeAttempts: number
}
export type BasePlan = Decided & { own: undefined; apps: BaseApp[] }
export type OwnPlan = Decided & { own: Own; apps: OwnApp[] }
/** All that is decided before anything is done. */
export type DeployPlan = BasePlan | OwnPlan

type Wanted = {
  environment: Environment
  pullRequest: PullRequestName
  pullRequests: number[]
  commit: string
  config: PreviewConfig
  /** The folder of the commit's files; with a `kustomization` only. */
  tree?: string
  settings: Settings
  /** From the `images` input: by name of an app, or of an image in own manifests. */
  images: Record<string, string>
  /** By name of an environment variable, from the `secrets` input. */
  secrets?: Record<string, string>
  /** By hand: what is in its database is thrown away. */
  resetDatabase?: boolean
}

/** Of all apps that something leads to. */
export const hostsOf = ({ apps }: DeployPlan): string[] => apps.flatMap(({ address }) => address?.host ?? [])

/** Pure. */
export const planOf = ({ config, tree, images, secrets = {}, resetDatabase = false, ...rest }: Wanted): DeployPlan => {
  refuseUnknown(images, config)
  const decided: Decided = {
    ...rest,
    placement: placementOf(rest.environment, rest.settings),
    database: databaseOf(config, rest.settings, resetDatabase),
    smokeAttempts: config.smoke?.attempts ?? 3,
  }
  if (!('kustomization' in config))
    return { ...decided, own: undefined, apps: baseApps(config, { images, secrets }, decided) }
  if (Object.keys(secrets).length > 0)
    throw new PreviewError('BadInput', 'secrets are for apps that the action makes the manifests of', {
      object: 'secrets',
      hint: 'own manifests name a Secret of the namespace, which the platform team puts there and into shared-objects',
    })
  const { kustomization, rewriteServiceHosts } = config
  if (tree === undefined) throw new Error('a kustomization is in the files of a commit')
  return { ...decided, own: { tree, kustomization, rewriteServiceHosts }, apps: ownApps(config, images, decided) }
}

const databaseOf = ({ database }: PreviewConfig, { database: settings }: Settings, reset: boolean) => {
  if (database !== undefined && settings === undefined)
    throw new PreviewError('BadInput', `${CONFIG_PATH} asks for a database, and the install has none`, {
      object: CONFIG_PATH,
      hint: 'the platform team sets database-names and its companions in the install ConfigMap; or take `database` out',
    })
  if (reset && database === undefined)
    throw new PreviewError('BadInput', 'there is no database to reset', {
      object: 'reset-database',
      hint: `leave reset-database out, or add \`database: {}\` to ${CONFIG_PATH}`,
    })
  if (reset && settings?.credentials.kind === 'secret')
    throw new PreviewError('BadInput', 'the install cannot reset databases', {
      object: 'reset-database',
      hint: 'that needs database-prepare-arn: see checks/README.md',
    })
  return database && settings && { settings, variables: database.env, reset }
}

type Handed = Required<Pick<Wanted, 'images' | 'secrets'>>

const refuseUnknown = (images: Handed['images'], config: PreviewConfig): void => {
  const isOwn = 'kustomization' in config
  const known = [...Object.keys(config.apps), ...(isOwn ? Object.values(config.apps).flatMap(imagesIn) : [])]
  const unknown = Object.keys(images).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  throw new PreviewError('BadInput', `images names ${unknown.join(', ')}, which ${CONFIG_PATH} does not`, {
    object: 'images',
    hint: `use the names of its apps${isOwn ? ' or of their images' : ''} (${known.join(', ')}), or add the app there`,
  })
}

const baseApps = ({ apps }: BaseConfig, { images, secrets }: Handed, decided: Decided): BaseApp[] => {
  const { commit, settings } = decided
  const problems = Object.entries(apps).flatMap(([name, app]) => [
    ...unsharedIn(name, app, settings.sharedObjects),
    ...unhandedIn(name, app, secrets),
    ...exposureProblems(name, app.expose, settings),
  ])
  refuse(problems)
  return Object.entries(apps).map(([name, app]) => ({
    ...reached(name, app, { service: name, ingress: name, port: SERVICE_PORT }, decided),
    config: amongNeighbours(migratingAt(app, commit), apps, decided),
    image: images[name] ?? versioned(app.image, commit),
    hasDatabase: decided.database !== undefined,
    secretValues: Object.fromEntries(handedIn(app.secrets).map((secret) => [secret, secrets[secret] ?? ''])),
    ...logsOf(name, app, decided),
  }))
}

const refuse = (problems: Problem[]): void => {
  if (problems.length > 0) throw new PreviewError('BadInput', 'apps ask for what they do not get', { problems })
}

type Leading = { service: string; ingress: string; port: number }

const reached = (name: string, { expose, health }: App | OwnConfigApp, leading: Leading, decided: Decided) => ({
  name,
  service: leading.service,
  address: addressOf({ app: name, expose, health, ...leading }, decided),
})

const logsOf = (name: string, { logs: folder }: App, { environment, settings }: Decided) => {
  const { logGroup: group } = settings
  if (folder === undefined) return {}
  if (group === undefined)
    throw new PreviewError('BadInput', `apps.${name} has logs, and the install has no log group`, {
      object: CONFIG_PATH,
      hint: 'the platform team sets log-group-arn in the install ConfigMap; or take `logs` out',
    })
  // Streams are named in kustomize-base/logging.
  return { logs: { folder, group }, logsUrl: logStreamsUrl(group, `${environment.id}/${name}/`) }
}

const ownApps = ({ apps }: OwnConfig, images: Handed['images'], decided: Decided): OwnApp[] => {
  refuse(Object.entries(apps).flatMap(([name, { expose }]) => exposureProblems(name, expose, decided.settings)))
  const replaced = ownImages(apps, images, (image) => versioned(image, decided.commit))
  return Object.entries(apps).map(([name, app]) => {
    const { service, ingress } = app
    // A load balancer of its own, and Istio, need the number.
    const port = typeof service.port === 'number' ? service.port : SERVICE_PORT
    return {
      ...reached(name, app, { service: service.name, ingress: ingress ?? name, port }, decided),
      config: app,
      images: replaced[name] ?? {},
    }
  })
}

/** The build job's convention: the tag is the head commit, never the merge commit that a pull_request run checks out. */
const versioned = (image: string, commit: string): string => {
  const hasVersion = image.includes('@') || image.indexOf(':', image.lastIndexOf('/') + 1) >= 0
  return hasVersion ? image : `${image}:${commit}`
}

const migratingAt = (app: App, commit: string): App => {
  const { migrate } = app
  return migrate?.image === undefined
    ? app
    : { ...app, migrate: { ...migrate, image: versioned(migrate.image, commit) } }
}

/** What lies in the namespace is other people's, unless the platform team says that previews may use it. */
const unsharedIn = (name: string, app: App, shared: readonly string[]): Problem[] =>
  [
    ...sharedIn(app.secrets).map((secret) => `Secret/${secret}`),
    ...app.imagePullSecrets.map((secret) => `Secret/${secret}`),
    ...(app.serviceAccount === undefined ? [] : [`ServiceAccount/${app.serviceAccount}`]),
  ]
    .filter((object) => !shared.includes(object))
    .map((object) => ({
      message: `apps.${name} uses ${object}, which is not shared`,
      file: CONFIG_PATH,
      hint: `the platform team adds ${object} to shared-objects in the install ConfigMap`,
    }))

/** An empty one is what GitHub makes of a secret that the run may not have. */
const unhandedIn = (name: string, app: App, secrets: Readonly<Record<string, string>>): Problem[] =>
  handedIn(app.secrets)
    .filter((secret) => !secrets[secret])
    .map((secret) => ({
      message: `apps.${name} uses the secret ${secret}, which the workflow ${secret in secrets ? 'hands over empty' : 'does not hand over'}`,
      file: CONFIG_PATH,
      hint: `add the line ${secret}=\${{ secrets.${secret} }} to the input \`secrets\`${secret in secrets ? ', and the secret to the repository' : ''}`,
    }))
