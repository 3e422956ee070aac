import { type App, CONFIG_PATH, type PreviewConfig } from './config.ts'
import { PreviewError, type Problem } from './errors.ts'
import type { PullRequest } from './github/pull-request.ts'
import type { OverlayApp } from './kustomize/overlay.ts'
import { type Environment, hostOf } from './names.ts'
import type { Settings } from './settings.ts'

/** How people know a pull request. */
export type PullRequestName = Pick<PullRequest, 'number' | 'title' | 'url'>

export type PlannedApp = OverlayApp & { url: string }

/** All that is decided before anything is done. */
export type DeployPlan = {
  environment: Environment
  /** The pull request this run is for. */
  pullRequest: PullRequestName
  /** All open pull requests with this head branch: they share the environment. */
  pullRequests: number[]
  /** The head commit. */
  commit: string
  settings: Settings
  apps: PlannedApp[]
  smokeAttempts: number
}

type Wanted = {
  environment: Environment
  pullRequest: PullRequestName
  pullRequests: number[]
  commit: string
  config: PreviewConfig
  settings: Settings
  /** Image by app name, from the `images` input. */
  images: Record<string, string>
}

/** Pure. */
export const planOf = ({ config, images, ...rest }: Wanted): DeployPlan => {
  const { environment, pullRequest, commit, settings } = rest
  const unknown = Object.keys(images).filter((app) => !(app in config.apps))
  if (unknown.length > 0)
    throw new PreviewError('BadInput', `images names ${unknown.join(', ')}, which .github/preview.yaml does not`, {
      object: 'images',
      hint: `use the names of its apps (${Object.keys(config.apps).join(', ')}), or add the app there`,
    })
  const problems = Object.entries(config.apps).flatMap(([name, app]) => unsharedIn(name, app, settings.sharedObjects))
  if (problems.length > 0) throw new PreviewError('BadInput', 'apps use what is not shared with them', { problems })
  return {
    ...rest,
    smokeAttempts: config.smoke?.attempts ?? 3,
    apps: Object.entries(config.apps).map(([name, app]) => {
      const host = hostOf(settings.hostTemplate, {
        id: environment.id,
        app: name,
        pr: pullRequest.number,
        domain: settings.domain,
      })
      return {
        name,
        config: migratingAt(app, commit),
        host,
        url: settings.urlTemplate.replace('{host}', host),
        image: images[name] ?? versioned(app.image, commit),
      }
    }),
  }
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
