import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type KubeObject, refOf } from './cluster/cluster.ts'
import { keyOf } from './cluster/members.ts'
import { CONFIG_PATH, parseConfig } from './config.ts'
import { findKustomize } from './kustomize/binary.ts'
import type { Kustomize } from './kustomize/kustomize.ts'
import { environmentOf } from './names.ts'
import { planOf } from './plan.ts'
import { render } from './render.ts'
import { resolveSettings } from './settings.ts'

const SHOP = 'test/fixtures/own/shop'
const COMMIT = 'c'.repeat(40)
const SUFFIX = '-346e50ff9c5f'

let folder: string
let kustomize: Kustomize
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'render-own-')))
  await mkdir(path.join(folder, 'temp'))
  kustomize = await findKustomize(process.env.PATH ?? '')
})
afterAll(() => rm(folder, { recursive: true }))

/** What a pull request with this tree would get. */
const rendered = async (tree: string, inputs: Record<string, string> = {}, images: Record<string, string> = {}) => {
  const read = parseConfig(await readFile(path.join(tree, CONFIG_PATH), 'utf8'))
  const resolved = resolveSettings({ domain: 'preview.example.com', ...inputs }, undefined, 'acme/shop', 'previews')
  if ('problems' in read || 'problems' in resolved) throw new Error('the test is wrong')
  const plan = planOf({
    environment: environmentOf({ repository: 'acme/shop', repositoryId: 1, branch: 'feature/login' }, true),
    pullRequest: { number: 12, title: 'Log in', url: 'https://github.com/acme/shop/pull/12' },
    pullRequests: [12],
    commit: COMMIT,
    config: read.config,
    tree,
    settings: resolved.settings,
    images,
  })
  return render(kustomize, plan, path.join(folder, 'temp'))
}

/** A copy of the shop with other files. */
const changed = async (files: Record<string, string>): Promise<string> => {
  const tree = await mkdtemp(path.join(folder, 'tree-'))
  await cp(SHOP, tree, { recursive: true })
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(tree, file), text)
  return tree
}

const named = (objects: readonly KubeObject[], kind: string, name: string): KubeObject => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name.startsWith(name))
  if (found === undefined) throw new Error(`${kind} ${name} is not rendered`)
  return found
}

test('everything is in our namespace under names of its own, and knows its file', async () => {
  const { objects, sources, warnings } = await rendered(SHOP)
  const subjects = objects.map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`)
  expect(subjects.map((one) => one.replace(/-[a-z0-9]{10}$/, '-hash')).sort()).toEqual([
    `ConfigMap/previews/shop-web${SUFFIX}-hash`,
    `Deployment/previews/shop-catalog${SUFFIX}`,
    `Deployment/previews/shop-web${SUFFIX}`,
    `Ingress/previews/shop-web${SUFFIX}`,
    `PodDisruptionBudget/previews/shop-web${SUFFIX}`,
    `Secret/previews/shop-catalog-key${SUFFIX}-hash`,
    `Service/previews/shop-catalog${SUFFIX}`,
    `Service/previews/shop-web${SUFFIX}`,
  ])
  expect(objects.map((one) => sources.get(keyOf(refOf(one)))?.file.replace('k8s/', ''))).toEqual(
    objects.map(({ kind, metadata }) => {
      if (kind === 'ConfigMap' || kind === 'Secret') return 'overlays/preview/kustomization.yaml'
      if (kind === 'Ingress') return 'base/ingress.yaml'
      return metadata.name.startsWith('shop-web') ? 'base/web.yaml' : 'base/catalog.yaml'
    }),
  )
  expect(JSON.stringify(objects)).not.toContain('config.kubernetes.io')
  expect(warnings).toContainEqual(expect.objectContaining({ file: 'k8s/base/namespace.yaml' }))
})

test('pods are told apart from those of other previews, and have the commit’s image', async () => {
  const { objects } = await rendered(SHOP)
  const env = { 'eks-preview/env': '346e50ff9c5f4172807b918218604cbe' }
  expect(named(objects, 'Service', 'shop-web').spec).toMatchObject({ selector: { app: 'web', ...env } })
  expect(named(objects, 'PodDisruptionBudget', 'shop-web').spec).toMatchObject({
    selector: { matchLabels: { app: 'web', ...env } },
  })
  expect(named(objects, 'Deployment', 'shop-web')).toMatchObject({
    metadata: { labels: { app: 'web', ...env, 'eks-preview/part': '1' } },
    spec: {
      selector: { matchLabels: { app: 'web', ...env } },
      template: {
        metadata: { labels: { app: 'web', ...env } },
        spec: {
          initContainers: [{ image: `preview.local/app:${COMMIT}` }],
          containers: [{ image: `preview.local/app:${COMMIT}` }],
        },
      },
    },
  })
})

test('an image of the run wins over the commit', async () => {
  const digest = `sha256:${'0'.repeat(64)}`
  const { objects } = await rendered(SHOP, {}, { shop: `registry.example/other@${digest}` })
  expect(JSON.stringify(named(objects, 'Deployment', 'shop-web'))).toContain(`registry.example/other@${digest}`)
})

test("the app's Ingress has the app's host and the install's load balancer", async () => {
  const annotations = { 'alb.ingress.kubernetes.io/scheme': 'internal' }
  const { objects } = await rendered(SHOP, { 'ingress-annotations': 'alb.ingress.kubernetes.io/scheme: internal' })
  const host = '346e50ff9c5f4172807b918218604cbe-shop.preview.example.com'
  const path = (path: string, name: string, port: object) => ({
    path,
    pathType: 'Prefix',
    backend: { service: { name: `${name}${SUFFIX}`, port } },
  })
  expect(named(objects, 'Ingress', 'shop-web')).toMatchObject({
    metadata: {
      annotations: {
        'alb.ingress.kubernetes.io/group.name': 'preview',
        'alb.ingress.kubernetes.io/target-type': 'ip',
        'alb.ingress.kubernetes.io/healthcheck-path': '/healthz',
        'alb.ingress.kubernetes.io/success-codes': '200-299',
        ...annotations,
      },
    },
    spec: {
      ingressClassName: 'alb',
      rules: [
        {
          host,
          http: {
            paths: [path('/', 'shop-web', { name: 'http' }), path('/catalog', 'shop-catalog', { number: 8080 })],
          },
        },
      ],
      tls: [{ hosts: [host] }],
    },
  })
})

test('in a namespace of its own nothing has another name, and selectors stay', async () => {
  const { objects } = await rendered(SHOP, { isolation: 'namespace' })
  expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set([`previews${SUFFIX}`]))
  expect(named(objects, 'Service', 'shop-web')).toMatchObject({ metadata: { name: 'shop-web' } })
  expect(named(objects, 'Service', 'shop-web').spec).toMatchObject({ selector: { app: 'web' } })
  expect(named(objects, 'Deployment', 'shop-web').spec).toMatchObject({
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { 'eks-preview/env': expect.any(String) } } },
  })
})

test('the same tree gives the same bytes, and nothing is left behind', async () => {
  const [one, two] = [await rendered(SHOP), await rendered(await changed({}))]
  expect(JSON.stringify(two.objects)).toBe(JSON.stringify(one.objects))
  expect(await readdir(path.join(folder, 'temp'))).toEqual([])
})

describe('the Secret of the leased database', () => {
  const install = {
    'database-names': 'db1',
    'database-engine': 'mysql',
    'database-host': 'db.internal',
    'database-secret': 'db',
  }
  const reading = async (config: string, more = ''): Promise<string> => {
    const [web, preview] = ['k8s/base/web.yaml', CONFIG_PATH].map((file) => readFile(path.join(SHOP, file), 'utf8'))
    const from =
      (await web)?.replace('[{ configMapRef: { name: web } }]', '[{ secretRef: { name: preview-database } }]') ?? ''
    return changed({ 'k8s/base/web.yaml': from + more, [CONFIG_PATH]: `${config}${await preview}` })
  }

  test('is named by its own name, which nothing of ours changes before the lease is known', async () => {
    const { objects } = await rendered(await reading('database: {}\n'), install)
    expect(JSON.stringify(named(objects, 'Deployment', 'shop-web').spec)).toContain(
      '"secretRef":{"name":"preview-database"}',
    )
  })

  test("is nobody's who does not ask for a database, and none that a build brings", async () => {
    const unasked = await rendered(await reading(''), install).catch((error: unknown) => error)
    expect(unasked).toMatchObject({
      problems: [{ message: expect.stringContaining('names Secret/preview-database, which is neither in the build') }],
    })
    const theirs = '---\napiVersion: v1\nkind: Secret\nmetadata: { name: preview-database }\n'
    const tree = await reading('database: {}\n', theirs)
    const file = path.join(tree, 'k8s/overlays/preview/kustomization.yaml')
    await writeFile(file, (await readFile(file, 'utf8')).replace(/namePrefix: .*\n/, ''))
    const config = await readFile(path.join(tree, CONFIG_PATH), 'utf8')
    await writeFile(path.join(tree, CONFIG_PATH), config.replaceAll('shop-web', 'web'))
    const brought = await rendered(tree, install).catch((error: unknown) => error)
    expect((brought as { problems: { message: string }[] }).problems.map(({ message }) => message)).toContain(
      'Secret/preview-database: preview-database is the Secret of the leased database',
    )
  })
})

describe('examples/rails', () => {
  test('keeps its names in a namespace of its own, has this commit’s images, and is led to', async () => {
    const { objects } = await rendered('examples/rails', {
      isolation: 'namespace',
      'allowed-exposures': 'nodePort',
      'database-names': 'preview',
      'database-engine': 'mysql',
      'database-host': 'database.example.com',
      'database-secret': 'preview',
    })
    expect(
      objects.map(({ kind, metadata }) => `${kind}/${metadata.name.replace(/-[a-z0-9]{10}$/, '')}`).sort(),
    ).toEqual([
      'ConfigMap/app-config',
      'Deployment/app',
      'HorizontalPodAutoscaler/app',
      'Ingress/app',
      'Job/app-migrator',
      'Secret/app-secret',
      'Service/app',
    ])
    const images = JSON.stringify(objects).matchAll(/"image":"([^"]+)"/g)
    expect([...images].map(([, image]) => image).sort()).toEqual(
      ['app-nginx', 'app-rails', 'app-rails'].map((image) => `${image}:${COMMIT}`),
    )
    expect(named(objects, 'Ingress', 'app').metadata.annotations).toMatchObject({
      'alb.ingress.kubernetes.io/target-type': 'instance',
    })
  })

  test('its production overlay builds from the same base', async () => {
    const built = JSON.stringify(await kustomize.build('examples/rails/k8s/overlays/production'))
    expect(built).toContain('"nodePort":30080')
    expect(built).not.toContain('preview')
  })
})

const POLLUTING = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: odd }\ndata: { __proto__: polluted }\n'
const KINDLESS = 'kind: ConfigMap\nmetadata: { name: odd }\n'

describe('refusals', () => {
  test('come all at once, each with its file, before our overlay moves anything', async () => {
    const tree = await changed({
      'k8s/base/namespace.yaml':
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: all }\n',
      'k8s/base/ingress.yaml': `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, annotations: { alb.ingress.kubernetes.io/group.name: theirs } }
spec: { rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: nobody, port: { number: 80 } } } }] } }] }
`,
    })
    const error = await rendered(tree).catch((error: unknown) => error)
    expect(error).toMatchObject({
      code: 'RenderFailed',
      message: 'k8s/overlays/preview cannot be a preview: 4 things are in the way',
    })
    const { problems } = error as { problems: { file: string; message: string }[] }
    expect(problems.map(({ file, message }) => `${file}: ${message}`)).toEqual([
      '.github/preview.yaml: apps.shop: Ingress/shop-web does not lead to Service/shop-web',
      'k8s/base/namespace.yaml: ClusterRole/shop-all: belongs to the whole cluster: every preview, and everybody else, would share it',
      'k8s/base/ingress.yaml: Ingress/shop-web: spec.rules[0].http.paths[0].backend names the Service nobody, which is not in the build',
      'k8s/base/ingress.yaml: Ingress/shop-web: metadata.annotations: alb.ingress.kubernetes.io/group.name is for the load balancer that all previews share',
    ])
    expect(await readdir(path.join(folder, 'temp'))).toEqual([])
  })

  test.each([
    [
      'a folder that is not there',
      { [CONFIG_PATH]: 'kustomization: k8s/nowhere\napps: { a: { service: { name: a, port: 1 }, ingress: a } }\n' },
    ],
    [
      'a folder without a kustomization',
      { [CONFIG_PATH]: 'kustomization: k8s\napps: { a: { service: { name: a, port: 1 }, ingress: a } }\n' },
    ],
    ['broken YAML', { 'k8s/base/web.yaml': 'a: [\n' }],
    ['a key that would give objects another prototype', { 'k8s/base/namespace.yaml': POLLUTING }],
    ['an object without an apiVersion', { 'k8s/base/namespace.yaml': KINDLESS }],
    ['nothing at all', { 'k8s/overlays/preview/kustomization.yaml': 'resources: []\n' }],
  ])('%s', async (_, files) => {
    const error = await rendered(await changed(files)).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'RenderFailed', hint: expect.any(String) })
    expect((error as Error).message).not.toContain(folder)
    expect(await readdir(path.join(folder, 'temp'))).toEqual([])
  })
})
