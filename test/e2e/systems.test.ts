import path from 'node:path'
import { expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import type { RunResult } from '../../local/runner/run-action.ts'
import { REGISTRY } from '../../local/scene.ts'
import { filesBelow } from './files-below.ts'
import { environmentAt, openHome } from './home.ts'

/**
 * Three systems in the shape of ones that people know, with manifests of their own: a shop of eleven services, a poll with a
 * database and a book catalogue with three versions of one service. Their images are the demo application's.
 */

const ROOT = 'test/fixtures/systems'

type System = {
  name: string
  apps: string[]
  /** Images of what is not deployed from the commit. */
  others: string[]
  objects: number
  /** A push, and what it does to the objects beside those of the new commit. */
  change: { file: string; from: string; to: string; deleted: string[] }
}

const SYSTEMS: System[] = [
  {
    name: 'boutique',
    apps: ['shop/frontend'],
    others: [
      ...['productcatalog', 'currency', 'cart', 'recommendation', 'shipping'],
      ...['checkout', 'payment', 'email', 'ad', 'redis'],
    ].map((one) => `shop/${one}`),
    objects: 33,
    change: {
      file: 'overlays/preview/kustomization.yaml',
      from: '  - ingress.yaml',
      to: "  - ingress.yaml\npatches:\n  - patch: '{ $patch: delete, apiVersion: apps/v1, kind: Deployment, metadata: { name: adservice } }'",
      deleted: ['Deployment/adservice'],
    },
  },
  {
    name: 'voting',
    apps: ['voting/vote', 'voting/result'],
    others: ['worker', 'redis', 'db', 'backup'].map((one) => `voting/${one}`),
    objects: 19,
    change: { file: 'k8s/kustomization.yaml', from: 'Cats', to: 'Birds', deleted: ['ConfigMap/settings'] },
  },
  {
    name: 'bookinfo',
    apps: ['bookinfo/productpage'],
    others: ['details', 'ratings', 'reviews'].map((one) => `bookinfo/${one}`),
    objects: 15,
    change: { file: 'deploy/preview/kustomization.yaml', from: 'value: 2', to: 'value: 1', deleted: [] },
  },
]

const urls = ({ outputs }: RunResult): string[] => Object.values(JSON.parse(outputs.urls ?? '{}'))
const commits = (run: RunResult) =>
  Promise.all(urls(run).map(async (url) => (await fetch(`${url}/healthz`)).headers.get('x-commit')))
const changesOf = ({ outputs }: RunResult): { subject: string; action: string }[] =>
  JSON.parse(outputs.result ?? '').changes
const actionsOf = (run: RunResult) => new Set(changesOf(run).map(({ action }) => action))
const isNoRecord = (line: string) => !line.startsWith('ConfigMap/eks-preview.')

test.concurrent.for(SYSTEMS)(
  '$name is deployed whole, not touched by the same again, changed by a push, and goes whole',
  async (system, { onTestFinished }) => {
    const { name, apps, others, objects, change } = system
    const branch = `feature/${name}`
    const home = await openHome()
    onTestFinished(() => home.end())
    const files = filesBelow(path.join(ROOT, name))
    const before = await home.dump()
    const { number, sha } = home.open(branch, files)
    for (const app of apps) await home.build(app, sha)
    for (const other of others) await home.build(other, '1')

    const opened = await home.on('opened', number)
    expect(opened).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live' } })
    expect(changesOf(opened)).toHaveLength(objects)
    expect(actionsOf(opened)).toEqual(new Set(['created']))
    expect(await commits(opened)).toEqual(apps.map(() => sha))
    const images = 'jsonpath={.items[*].spec.containers[*].image}'
    const pods = await kubectl(['get', 'pods', '-n', home.namespace, '-o', images])
    expect(pods).toContain(`${REGISTRY}/${apps[0]}:${sha}`)

    const standing = (await home.dump()).filter(isNoRecord)
    const again = await home.on('synchronize', number)
    expect(again).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    expect(actionsOf(again)).toEqual(new Set(['unchanged']))
    expect((await home.dump()).filter(isNoRecord)).toEqual(standing)

    const changed = (files[change.file] ?? '').replace(change.from, change.to)
    expect(changed).not.toBe(files[change.file])
    const next = home.push(number, { ...files, [change.file]: changed })
    for (const app of apps) await home.build(app, next)
    const pushed = await home.on('synchronize', number)
    expect(pushed).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    expect(await commits(pushed)).toEqual(apps.map(() => next))
    const gone = changesOf(pushed).filter(({ action }) => action === 'deleted')
    const [kind, stem] = change.deleted[0]?.split('/') ?? []
    expect(gone).toHaveLength(change.deleted.length)
    const named = new RegExp(`^${kind}/${home.namespace}/${stem}-${environmentAt(branch).short}`)
    if (stem !== undefined) expect(gone[0]?.subject).toMatch(named)

    home.close(number)
    expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect(await home.dump()).toEqual(before)
    expect(await home.records()).toEqual([])
  },
)
