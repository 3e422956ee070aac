import { CONFIG_PATH, parseConfig } from './config.ts'
import type { PreviewConfig } from './config-schema.ts'
import { PreviewError } from './errors.ts'
import type { Intent, Target } from './event.ts'
import type { PullRequest, PullRequests, Source } from './github/pull-request.ts'
import { environmentOf, INSTALL_NAME } from './names.ts'
import { type DeployPlan, type PullRequestName, planOf } from './plan.ts'
import type { Ports, Run } from './ports.ts'
import { resolveSettings, type Settings } from './settings.ts'

/** Reads what a deploy needs to know, and decides it: nothing has been changed after this. */
export const resolveDeploy = async (
  intent: Extract<Intent, { kind: 'deploy' }>,
  to: Pick<Ports, 'cluster' | 'pullRequests' | 'source'>,
  of: Run,
): Promise<DeployPlan> => {
  const [pr, settings] = await Promise.all([targeted(to.pullRequests, intent.target), readSettings(to.cluster, of)])
  if (pr === undefined) throw nothingAt(intent.target)
  if (pr.head.repository !== of.repository)
    throw new PreviewError('Superseded', `#${pr.number} comes from a fork: forks get no preview`, {
      hint: 'push the branch to this repository to get one',
    })
  if (pr.state === 'closed')
    throw new PreviewError('Superseded', `#${pr.number} is closed`, { hint: 'reopen it to get a preview' })
  const commit = intent.sha ?? pr.head.sha
  if (pr.head.sha !== commit) throw movedOn(pr)
  const [config, open] = await Promise.all([readConfig(to.source, commit), to.pullRequests.openFor(pr.head.branch)])
  const tree = 'kustomization' in config ? await to.source.tree(commit) : undefined
  return planOf({
    environment: environmentOf(
      { repository: of.repository, repositoryId: of.repositoryId, branch: pr.head.branch },
      settings.pureId,
    ),
    pullRequest: nameOf(pr),
    pullRequests: [...new Set([pr.number, ...open.map(({ number }) => number)])],
    commit,
    config,
    ...(tree === undefined ? {} : { tree }),
    settings,
    images: of.images,
    resetDatabase: of.resetDatabase,
  })
}

export const nameOf = ({ number, title, url }: PullRequest): PullRequestName => ({ number, title, url })

/** Its newer commit has a run of its own. */
export const movedOn = ({ number, head }: PullRequest): PreviewError =>
  new PreviewError('Superseded', `#${number} has moved on to ${head.sha.slice(0, 7)}`, {
    hint: 'nothing to do here: the run of that commit makes the preview',
  })

/** The pull request that is meant; for a branch, the newest open one with that head. */
export const targeted = async (pullRequests: PullRequests, target: Target): Promise<PullRequest | undefined> =>
  'pullRequest' in target ? pullRequests.get(target.pullRequest) : (await pullRequests.openFor(target.branch)).at(-1)

export const nothingAt = (target: Target): PreviewError =>
  'pullRequest' in target
    ? new PreviewError('NotFound', `there is no pull request #${target.pullRequest}`, {
        hint: 'give the number of an open pull request',
      })
    : new PreviewError('NotFound', `no open pull request has the branch ${target.branch}`, {
        hint: 'open one: a preview belongs to a pull request',
      })

/** The install ConfigMap over the inputs. */
export const readSettings = async (cluster: Ports['cluster'], of: Run): Promise<Settings> => {
  const install = await cluster.get({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: of.namespace,
    name: INSTALL_NAME,
  })
  const resolved = resolveSettings(of.settings, install?.data, of.repository, of.namespace)
  if ('settings' in resolved) return resolved.settings
  throw new PreviewError('BadInput', 'the settings are not right', {
    object: `ConfigMap/${of.namespace}/${INSTALL_NAME}`,
    problems: resolved.problems,
    hint: 'correct the inputs, or ask who keeps the install ConfigMap',
  })
}

/** `.github/preview.yaml` of the commit that is deployed, wherever the run itself was started from. */
const readConfig = async (source: Source, commit: string): Promise<PreviewConfig> => {
  const text = await source.file(commit, CONFIG_PATH)
  if (text === undefined)
    throw new PreviewError('BadInput', `${CONFIG_PATH} does not exist at ${commit.slice(0, 7)}`, {
      object: CONFIG_PATH,
      hint: 'add it, for example: apps: { web: { image: registry/web, port: 3000, health: /healthz } }',
    })
  const read = parseConfig(text)
  if ('config' in read) return read.config
  throw new PreviewError('BadInput', `${CONFIG_PATH} is not right`, {
    object: CONFIG_PATH,
    problems: read.problems,
    hint: 'correct these lines and push again',
  })
}
