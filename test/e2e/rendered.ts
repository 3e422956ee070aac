import os from 'node:os'
import type { KubeObject } from '../../src/cluster/cluster.ts'
import { parseConfig } from '../../src/config.ts'
import { findKustomize } from '../../src/kustomize/binary.ts'
import { planOf } from '../../src/plan.ts'
import { render } from '../../src/render.ts'
import { resolveSettings } from '../../src/settings.ts'
import type { Scratch } from './scratch.ts'

/** What a push of this `.github/preview.yaml` applies, but for the Ingresses: a test of one namespace needs no load balancer. */
export const rendered = async ({ environment, namespace }: Scratch, preview: object): Promise<KubeObject[]> => {
  const config = parseConfig(JSON.stringify(preview))
  const settings = resolveSettings({ domain: 'preview.test' }, undefined, 'acme/shop', namespace)
  if ('problems' in config || 'problems' in settings) throw new Error('the test is wrong')
  const pullRequest = { number: 1, title: '', url: '' }
  const commit = '0'.repeat(40)
  const plan = planOf({ environment, pullRequest, pullRequests: [1], commit, images: {}, ...config, ...settings })
  const { objects } = await render(await findKustomize(process.env.PATH ?? ''), plan, os.tmpdir())
  return objects.filter(({ kind }) => kind !== 'Ingress')
}
