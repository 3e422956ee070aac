import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REGISTRY } from '../../local/scene.ts'
import { filesIn } from './folder.ts'
import { environmentAt, type Home, kubectl, openHome } from './home.ts'

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

describe.each(SYSTEMS)('$name', ({ name, apps, others, objects, change }) => {
  const branch = `feature/${name}`
  const { short } = environmentAt(branch)
  let home: Home
  let files: Record<string, string>
  let number: number
  let sha: string
  let before: string[]

  beforeAll(async () => {
    home = await openHome()
    files = filesIn(path.join(ROOT, name))
    before = await home.dump()
    ;({ number, sha } = home.open(branch, files))
    for (const app of apps) await home.build(app, sha)
    for (const other of others) await home.build(other, '1')
  })
  afterAll(() => home.end())

  const urls = (run: { outputs: Record<string, string> }): string[] =>
    Object.values(JSON.parse(run.outputs.urls ?? '{}'))
  const commits = (run: { outputs: Record<string, string> }) =>
    Promise.all(urls(run).map(async (url) => (await fetch(`${url}/healthz`)).headers.get('x-commit')))
  const changesOf = (run: { outputs: Record<string, string> }): { subject: string; action: string }[] =>
    JSON.parse(run.outputs.result ?? '').changes

  test('is deployed whole', async () => {
    const run = await home.on('opened', number)
    expect(run).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live' } })
    expect(changesOf(run)).toHaveLength(objects)
    expect(new Set(changesOf(run).map(({ action }) => action))).toEqual(new Set(['created']))
    expect(await commits(run)).toEqual(apps.map(() => sha))
    const pods = await kubectl([
      'get',
      'pods',
      '-n',
      home.namespace,
      '-o',
      'jsonpath={.items[*].spec.containers[*].image}',
    ])
    expect(pods).toContain(`${REGISTRY}/${apps[0]}:${sha}`)
  })

  test('the same again: no object is written', async () => {
    const isRecord = (line: string) => line.startsWith('ConfigMap/eks-preview.')
    const at = (await home.dump()).filter((line) => !isRecord(line))
    const run = await home.on('synchronize', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    expect(new Set(changesOf(run).map(({ action }) => action))).toEqual(new Set(['unchanged']))
    expect((await home.dump()).filter((line) => !isRecord(line))).toEqual(at)
  })

  test('a push changes what it changes, and takes away what it drops', async () => {
    const changed = (files[change.file] ?? '').replace(change.from, change.to)
    expect(changed).not.toBe(files[change.file])
    const next = home.push(number, { ...files, [change.file]: changed })
    for (const app of apps) await home.build(app, next)
    const run = await home.on('synchronize', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    expect(await commits(run)).toEqual(apps.map(() => next))
    const gone = changesOf(run).filter(({ action }) => action === 'deleted')
    const [kind, stem] = change.deleted[0]?.split('/') ?? []
    expect(gone).toHaveLength(change.deleted.length)
    if (stem !== undefined) expect(gone[0]?.subject).toMatch(new RegExp(`^${kind}/${home.namespace}/${stem}-${short}`))
  })

  test('goes whole', async () => {
    home.close(number)
    const run = await home.on('closed', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect(await home.dump()).toEqual(before)
    expect(await home.records()).toEqual([])
  })
})
