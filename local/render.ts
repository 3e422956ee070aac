// `npm run render -- examples/minimal`: the manifests a pull request of that folder would get, without a cluster.
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { CONFIG_PATH, parseConfig } from '../src/config.ts'
import type { PreviewConfig } from '../src/config-schema.ts'
import { causeChain, PreviewError, type Problem } from '../src/errors.ts'
import { findKustomize } from '../src/kustomize/binary.ts'
import { environmentOf } from '../src/names.ts'
import { planOf } from '../src/plan.ts'
import { render } from '../src/render.ts'
import { resolveSettings } from '../src/settings.ts'
import { buildKustomize } from './install/programs.ts'
import { progressTo } from './install/progress.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    branch: { type: 'string', default: 'feature/login' },
    commit: { type: 'string', default: '0'.repeat(40) },
    domain: { type: 'string', default: 'preview.example.com' },
    'shared-objects': { type: 'string', multiple: true, default: [] },
  },
})

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

const manifests = async (): Promise<string> => {
  const folder = positionals[0]
  if (folder === undefined)
    throw new PreviewError('BadInput', 'no folder given', {
      hint: `npm run render -- examples/minimal (a folder with ${CONFIG_PATH})`,
    })
  const read = parseConfig(await readFile(path.join(folder, CONFIG_PATH), 'utf8'))
  if ('problems' in read) throw new PreviewError('BadInput', CONFIG_PATH, { problems: read.problems })
  const resolved = resolveSettings(
    { domain: values.domain, 'shared-objects': values['shared-objects'].join('\n'), ...INSTALL },
    undefined,
    'acme/shop',
    'previews',
  )
  if ('problems' in resolved) throw new PreviewError('BadInput', 'settings', { problems: resolved.problems })
  const plan = planOf({
    environment: environmentOf(
      { repository: 'acme/shop', repositoryId: 1, branch: values.branch },
      resolved.settings.pureId,
    ),
    pullRequest: { number: 1, title: '', url: '' },
    pullRequests: [1],
    commit: values.commit,
    config: read.config,
    tree: folder,
    settings: resolved.settings,
    images: {},
    secrets: secretsFor(read.config),
  })
  // Whatever this machine has; on one that has none, ours is built.
  const kustomize = await findKustomize(process.env.PATH ?? '').catch(async () =>
    findKustomize(path.dirname(await buildKustomize(progressTo(process.stderr)))),
  )
  const { objects, warnings } = await render(kustomize, plan, os.tmpdir())
  warnings.forEach(tell)
  return objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')
}

const tell = ({ file, line, message, hint }: Problem): void => {
  console.error(`  ${[file, line].filter(Boolean).join(':')} ${message}`)
  if (hint !== undefined) console.error(`    → ${hint}`)
}

try {
  console.log(await manifests())
} catch (error) {
  for (const message of causeChain(error)) console.error(message)
  if (error instanceof PreviewError) error.problems.forEach(tell)
  process.exitCode = 1
}
