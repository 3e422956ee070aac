import os from 'node:os'
import path from 'node:path'
import { stringify } from 'yaml'
import { CONFIG_PATH, parseConfig } from '../src/config.ts'
import type { PreviewConfig } from '../src/config-schema.ts'
import { PreviewError, type Problem } from '../src/errors.ts'
import { findKustomize } from '../src/kustomize/binary.ts'
import type { Kustomize } from '../src/kustomize/kustomize.ts'
import { environmentOf } from '../src/names.ts'
import { type DeployPlan, planOf } from '../src/plan.ts'
import { render } from '../src/render.ts'
import { resolveSettings } from '../src/settings.ts'
import { buildKustomize } from './install/programs.ts'
import { progressTo } from './install/progress.ts'

/** For who asks for a database (which it will be is known only when it is leased), keeps logs, or is not reached by an Ingress. */
const INSTALL = {
  'database-names': 'preview',
  'database-engine': 'mysql',
  'database-host': 'database.example.com',
  'database-secret': 'preview',
  'allowed-exposures': 'nodePort\nistio\nloadBalancer',
  'istio-gateway': 'istio-system/previews',
  'istio-load-balancer': 'istio.example.com',
  'log-group-arn': 'arn:aws:logs:us-east-1:111122223333:log-group:/eks-preview/previews',
}

/** What the workflow would hand over. */
const secretsFor = (config: PreviewConfig): Record<string, string> =>
  Object.fromEntries(
    Object.values(config.apps)
      .flatMap((app) => ('secrets' in app ? app.secrets : []))
      .map((name) => [name, `the value of ${name}`]),
  )

type Asked = {
  /** Of the commit's files. */
  folder?: string
  branch?: string
  commit?: string
  domain?: string
  sharedObjects?: readonly string[]
}

/** What a pull request with this `.github/preview.yaml` would ask for, in an install that has everything. */
export const planFor = (
  text: string,
  {
    folder,
    branch = 'feature/login',
    commit = '0'.repeat(40),
    domain = 'preview.example.com',
    sharedObjects = [],
  }: Asked,
): DeployPlan => {
  const read = parseConfig(text)
  if ('problems' in read) throw new PreviewError('BadInput', CONFIG_PATH, { problems: read.problems })
  const inputs = { domain, 'shared-objects': sharedObjects.join('\n'), ...INSTALL }
  const resolved = resolveSettings(inputs, undefined, 'acme/shop', 'previews')
  if ('problems' in resolved) throw new PreviewError('BadInput', 'settings', { problems: resolved.problems })
  return planOf({
    environment: environmentOf({ repository: 'acme/shop', repositoryId: 1, branch }, resolved.settings.pureId),
    pullRequest: { number: 1, title: '', url: '' },
    pullRequests: [1],
    commit,
    config: read.config,
    ...(folder === undefined ? {} : { tree: folder }),
    settings: resolved.settings,
    images: {},
    secrets: secretsFor(read.config),
  })
}

/** The manifests of a pull request, one document each. */
export const manifestsOf = async (plan: DeployPlan): Promise<{ text: string; warnings: Problem[] }> => {
  const { objects, warnings } = await render(await anyKustomize(), plan, os.tmpdir())
  return { text: objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n'), warnings }
}

/** Whatever this machine has; on one that has none, ours is built. */
export const anyKustomize = (): Promise<Kustomize> =>
  findKustomize(process.env.PATH ?? '').catch(async () =>
    findKustomize(path.dirname(await buildKustomize(progressTo(process.stderr)))),
  )
