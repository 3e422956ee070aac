import { logStreamsUrl } from './aws/log-group.ts'
import { CONFIG_PATH } from './config.ts'
import type { App, BaseConfig, OwnConfig, PreviewConfig } from './config-schema.ts'
import type { VariableNames } from './database/secret.ts'
import type { DatabaseSettings } from './database/settings.ts'
import { PreviewError, type Problem } from './errors.ts'
import type { PullRequest } from './github/pull-request.ts'
import type { OverlayApp } from './kustomize/overlay.ts'
import type { OwnOverlayApp } from './kustomize/own-overlay.ts'
import { type Environment, hostOf, type Placement, placementOf } from './names.ts'
import { amongNeighbours } from './neighbours.ts'
import type { Settings } from './settings.ts'

/** How people know a pull request. */
export type PullRequestName = Pick<PullRequest, 'number' | 'title' | 'url'>

type Reached = {
  url: string
  /** What leads to it, by name before the placement's suffix. */
  service: string
  ingress: string
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
  /** Image by app name, from the `images` input. */
  images: Record<string, string>
  /** By hand: what is in its database is thrown away. */
  resetDatabase?: boolean
}

/** Pure. */
export const planOf = ({ config, tree, images, resetDatabase = false, ...rest }: Wanted): DeployPlan => {
  refuseUnknown(images, config)
  const decided: Decided = {
    ...rest,
    placement: placementOf(rest.environment, rest.settings),
    database: databaseOf(config, rest.settings, resetDatabase),
    smokeAttempts: config.smoke?.attempts ?? 3,
  }
  if (!('kustomization' in config)) return { ...decided, own: undefined, apps: baseApps(config, images, decided) }
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

type Images = Wanted['images']

const refuseUnknown = (images: Images, { apps }: PreviewConfig): void => {
  const unknown = Object.keys(images).filter((app) => !Object.hasOwn(apps, app))
  if (unknown.length === 0) return
  throw new PreviewError('BadInput', `images names ${unknown.join(', ')}, which ${CONFIG_PATH} does not`, {
    object: 'images',
    hint: `use the names of its apps (${Object.keys(apps).join(', ')}), or add the app there`,
  })
}

const baseApps = ({ apps }: BaseConfig, images: Images, decided: Decided): BaseApp[] => {
  const { commit, settings } = decided
  const problems = Object.entries(apps).flatMap(([name, app]) => unsharedIn(name, app, settings.sharedObjects))
  if (problems.length > 0) throw new PreviewError('BadInput', 'apps use what is not shared with them', { problems })
  return Object.entries(apps).map(([name, app]) => ({
    name,
    ...addressOf(name, decided),
    service: name,
    ingress: name,
    config: amongNeighbours(migratingAt(app, commit), apps, decided),
    image: images[name] ?? versioned(app.image, commit),
    hasDatabase: decided.database !== undefined,
    ...logsOf(name, app, decided),
  }))
}

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

const ownApps = ({ apps }: OwnConfig, images: Images, decided: Decided): OwnApp[] => {
  const planned = Object.entries(apps).map(([name, app]) => ({
    name,
    ...addressOf(name, decided),
    service: app.service.name,
    ingress: app.ingress,
    config: app,
    ...(app.image === undefined ? {} : { image: images[name] ?? versioned(app.image, decided.commit) }),
  }))
  const problems = planned.flatMap((app, index) => imageProblems(app, images, planned.slice(0, index)))
  if (problems.length > 0) throw new PreviewError('BadInput', 'images and apps do not fit', { problems })
  return planned
}

/** An image of the manifests becomes one other, for whichever app it was asked. */
const imageProblems = ({ name, config, image }: OwnApp, images: Images, before: readonly OwnApp[]): Problem[] => {
  if (config.image === undefined)
    return images[name] === undefined
      ? []
      : [
          {
            message: `images has one for ${name}, but apps.${name} does not say which image of the manifests it replaces`,
            hint: `add \`image\` to apps.${name}: the image's name as the manifests have it`,
            file: CONFIG_PATH,
          },
        ]
  const other = before.find((app) => app.config.image === config.image && app.image !== image)
  if (other === undefined) return []
  return [
    {
      message: `apps.${other.name} and apps.${name} share the image ${config.image}, but images makes it ${other.image} and ${image}`,
      hint: 'give both the same image, or the manifests two names',
      file: CONFIG_PATH,
    },
  ]
}

const addressOf = (app: string, { environment, pullRequest, settings }: Decided): { host: string; url: string } => {
  const { hostTemplate, urlTemplate, domain } = settings
  const host = hostOf(hostTemplate, { id: environment.id, app, pr: pullRequest.number, domain })
  return { host, url: urlTemplate.replace('{host}', host) }
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
    ...app.secrets.map((secret) => `Secret/${secret}`),
    ...app.imagePullSecrets.map((secret) => `Secret/${secret}`),
    ...(app.serviceAccount === undefined ? [] : [`ServiceAccount/${app.serviceAccount}`]),
  ]
    .filter((object) => !shared.includes(object))
    .map((object) => ({
      message: `apps.${name} uses ${object}, which is not shared`,
      file: CONFIG_PATH,
      hint: `the platform team adds ${object} to shared-objects in the install ConfigMap`,
    }))
