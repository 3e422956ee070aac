import type { Environment } from '../names.ts'
import type { Settings } from '../settings.ts'
import { plainText } from './escape.ts'
import type { ShownDeployment } from './marker.ts'
import { openApps } from './open-apps.ts'
import type { DeploymentReport, Report } from './report.ts'
import { verdictText } from './verdict.ts'

/**
 * One environment of GitHub's for all previews, because a job's token can never delete one; the task tells whose deployment
 * it is. `undefined` with `deployments: off`.
 */
export const deploymentIn = (
  settings: Pick<Settings, 'deployments'>,
  environment: Environment,
  pullRequest: number | undefined,
): DeploymentReport | undefined => {
  if (settings.deployments === undefined) return undefined
  const { per, isAsked } = settings.deployments
  const isOwn = per === 'pull request' && pullRequest !== undefined
  return { environment: isOwn ? `preview-${pullRequest}` : 'preview', task: `preview:${environment.short}`, isAsked }
}

/** What the comment is to remember of a commit's deployment; `stale` is one before it that shows nothing any more. */
export const begun = (
  id: number,
  commit: string,
  before: ShownDeployment | undefined,
): { shown: ShownDeployment; stale?: number } => {
  if (before === undefined) return { shown: { id, commit, live: false } }
  if (before.id === id) return { shown: before }
  const serving = before.live ? before.id : before.serving
  return {
    shown: { id, commit, live: false, ...(serving === undefined ? {} : { serving }) },
    ...(before.live ? {} : { stale: before.id }),
  }
}

/** GitHub refuses a longer description, and shows it as it is. */
const DESCRIPTION = 140

export const descriptionOf = (report: Report): string => plainText(verdictText(report), DESCRIPTION)

/** GitHub knows one address for all apps. Only one that has answered with this commit is given out. */
export const addressOf = (report: Report): string | undefined =>
  openApps(report).find(({ commit }) => commit === report.commit)?.url
