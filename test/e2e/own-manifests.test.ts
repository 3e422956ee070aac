import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appImage } from '../../local/images/build.ts'
import { applyAll, type ChangeSet } from '../../src/cluster/apply.ts'
import type { KubeObject } from '../../src/cluster/cluster.ts'
import { prune } from '../../src/cluster/prune.ts'
import type { Claim } from '../../src/cluster/record.ts'
import { remove } from '../../src/cluster/remove.ts'
import { serving } from '../../src/cluster/serving.ts'
import { loadBalancerHostname, waitReady } from '../../src/cluster/wait.ts'
import { CONFIG_PATH, parseConfig } from '../../src/config.ts'
import { findKustomize } from '../../src/kustomize/binary.ts'
import { planOf } from '../../src/plan.ts'
import { render } from '../../src/render.ts'
import { resolveSettings } from '../../src/settings.ts'
import { type Scratch, scratch } from './scratch.ts'

const SHOP = 'test/fixtures/own/shop'
const KUSTOMIZATION = 'k8s/overlays/preview/kustomization.yaml'

let home: Scratch
let tree: string
beforeAll(async () => {
  home = await scratch()
  tree = await mkdtemp(path.join(os.tmpdir(), 'own-manifests-'))
  await cp(SHOP, tree, { recursive: true })
})
afterAll(async () => {
  await rm(tree, { recursive: true })
  await home.close()
})

/** What a push of the tree as it is now applies. */
const rendered = async (): Promise<KubeObject[]> => {
  const { environment, namespace } = home
  const config = parseConfig(await readFile(path.join(tree, CONFIG_PATH), 'utf8'))
  const settings = resolveSettings({ domain: 'preview.test' }, undefined, 'acme/shop', namespace)
  if ('problems' in config || 'problems' in settings) throw new Error('the test is wrong')
  const plan = planOf({
    environment,
    pullRequest: { number: 1, title: '', url: '' },
    pullRequests: [1],
    commit: '0'.repeat(40),
    tree,
    images: { shop: appImage },
    ...config,
    ...settings,
  })
  return (await render(await findKustomize(process.env.PATH ?? ''), plan, os.tmpdir())).objects
}

const rollOut = async (mine: Claim): Promise<ChangeSet> => {
  const { cluster, namespace, environment, run } = home
  const changes = await applyAll(cluster, mine, await rendered(), run)
  await waitReady(cluster, changes, { ...run, namespace, environment })
  return changes
}
const actions = (changes: ChangeSet) =>
  Object.fromEntries(
    changes.map(({ ref, action }) => [`${ref.kind}/${ref.name.replace(/-[0-9a-f]{12}.*/, '')}`, action]),
  )
const find = (changes: ChangeSet, kind: string, name: string) => {
  const found = changes.find(({ ref }) => ref.kind === kind && ref.name.startsWith(`${name}-`))
  if (found === undefined) throw new Error(`${kind} ${name} was not applied`)
  return found
}

test('a team’s own kustomization: deployed, deployed again, changed, and removed', async () => {
  const first = await home.claim(1)
  const created = await rollOut(first)
  expect(actions(created)).toEqual({
    'ConfigMap/shop-web': 'created',
    'Secret/shop-catalog-key': 'created',
    'Service/shop-catalog': 'created',
    'Service/shop-web': 'created',
    'PodDisruptionBudget/shop-web': 'created',
    'Deployment/shop-catalog': 'created',
    'Deployment/shop-web': 'created',
    'Ingress/shop-web': 'created',
  })
  const served = await serving(home.cluster, created, find(created, 'Service', 'shop-web').ref)
  expect(served).toEqual({ pods: [expect.objectContaining({ name: expect.stringMatching(/^shop-web-/) })] })
  const ingress = find(created, 'Ingress', 'shop-web').ref
  expect(await loadBalancerHostname(home.cluster, ingress, home.run)).toMatch(/\.elb\.amazonaws\.com$/)
  await prune(home.cluster, first, created, home.run)
  await first.release({ phase: 'Live' })

  const second = await home.claim(2)
  const { writes } = home.cluster.traffic()
  const same = await rollOut(second)
  expect(new Set(same.map(({ action }) => action))).toEqual(new Set(['unchanged']))
  expect(home.cluster.traffic().writes - writes).toBe(1) // the record's
  await second.release({ phase: 'Live' })

  const text = await readFile(path.join(tree, KUSTOMIZATION), 'utf8')
  await writeFile(path.join(tree, KUSTOMIZATION), text.replace('APP=shop', 'APP=store'))
  const third = await home.claim(3)
  const changes = await rollOut(third)
  expect(changes.filter(({ action }) => action !== 'unchanged').map(({ ref, action }) => [ref.kind, action])).toEqual([
    ['ConfigMap', 'created'],
    ['Deployment', 'configured'],
  ])
  expect(await prune(home.cluster, third, changes, home.run)).toEqual([find(created, 'ConfigMap', 'shop-web').subject])
  await third.release({ phase: 'Live' })

  const closing = await home.claim(4, 'Terminating')
  const receipt = await remove(home.cluster, closing, { ...home.run, timeout: 60_000 })
  expect(receipt).toHaveLength(8)
  expect(receipt.filter(({ gone }) => !gone)).toEqual([])
  for (const { ref } of changes) expect(await home.cluster.get(ref)).toBeUndefined()
  await closing.remove()
})
