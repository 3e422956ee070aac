import { CONFIG_PATH, parseConfig } from './config.ts'
import type { PreviewConfig } from './config-schema.ts'
import { PreviewError } from './errors.ts'
import type { Intent, Target } from './event.ts'
import type { PullRequest, PullRequests, Source } from './github/pull-request.ts'
import { environmentOf, INSTALL_NAME } from './names.ts'
import { type DeployPlan, type PullRequestName, planOf } from './plan.ts'
import type { Ports, Run } from './ports.ts'
import { FORK, noDifference, type Rules, type Why, whyNot } from './rules.ts'
import { resolveSettings, type Settings } from './settings.ts'

type Deploy = Extract<Intent, { kind: 'deploy' }>
/** What is to be done instead of a deploy. */
export type Instead = (Extract<Intent, { kind: 'teardown' }> & { why: Why }) | Extract<Intent, { kind: 'skip' }>

/** Reads what a deploy needs to know, and decides it: nothing has been changed after this. */
export const resolveDeploy = async (
  intent: Deploy,
  to: Pick<Ports, 'cluster' | 'pullRequests' | 'source'>,
  of: Run,
): Promise<DeployPlan | Instead> => {
  const [found, settings] = await Promise.all([targeted(to.pullRequests, intent.target), readSettings(to.cluster, of)])
  const pr = found.find((each) => whyNot(each, settings.rules) === undefined) ?? found[0]
  if (pr === undefined) throw nothingAt(intent.target)
  const instead = insteadFor(intent, pr, settings.rules, of.repository)
  if (instead !== undefined) return instead
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
    secrets: of.secrets,
    resetDatabase: of.resetDatabase,
  })
}

/** Pure. The event again, by what the pull request is now. */
export const insteadFor = (
  { changed }: Deploy,
  pr: PullRequest,
  rules: Rules,
  repository: string,
): Instead | undefined => {
  const skip = pr.head.repository === repository ? noDifference(changed, rules) : FORK
  if (skip !== undefined) return { kind: 'skip', ...skip, pullRequest: pr.number }
  const why = whyNot(pr, rules)
  if (why === undefined) return undefined
  // A closing has a run of its own.
  if (pr.state === 'closed' && changed !== 'anything')
    throw new PreviewError('Superseded', why.reason, { hint: why.hint })
  return { kind: 'teardown', target: { pullRequest: pr.number }, force: false, why }
}

/** Whether a preview that is being made is wanted, as GitHub has it now. */
export type Wanted = { at: 'this commit' } | { at: 'another commit'; pr: PullRequest } | { at: 'none'; why: Why }

/** A pull request that may have none is not the end of it while another has its branch. */
export const askAgain = async (
  { pullRequest, environment, commit, settings: { rules } }: DeployPlan,
  pullRequests: PullRequests,
): Promise<Wanted> => {
  const own = await pullRequests.get(pullRequest.number)
  const why = own === undefined ? GONE : whyNot(own, rules)
  const pr = why === undefined ? own : await keeperOf(pullRequests, environment.owner.branch, rules)
  if (pr === undefined) return { at: 'none', why: why ?? GONE }
  return pr.head.sha === commit ? { at: 'this commit' } : { at: 'another commit', pr }
}

const GONE: Why = { reason: 'the pull request does not exist any more', hint: 'open one to get a preview' }

/** An open pull request for which the branch's preview is there. */
export const keeperOf = async (
  pullRequests: PullRequests,
  branch: string,
  rules: Rules,
): Promise<PullRequest | undefined> =>
  (await pullRequests.openFor(branch)).find((pr) => whyNot(pr, rules) === undefined)

export const nameOf = ({ number, title, url }: PullRequest): PullRequestName => ({ number, title, url })

/** Its newer commit has a run of its own. */
export const movedOn = ({ number, head }: PullRequest): PreviewError =>
  new PreviewError('Superseded', `#${number} has moved on to ${head.sha.slice(0, 7)}`, {
    hint: 'nothing to do here: the run of that commit makes the preview',
  })

/** The pull request that is meant; for a branch, the open ones with that head, the newest first. */
const targeted = async (pullRequests: PullRequests, target: Target): Promise<PullRequest[]> => {
  if ('branch' in target) return pullRequests.openFor(target.branch)
  const pr = await pullRequests.get(target.pullRequest)
  return pr === undefined ? [] : [pr]
}

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
