import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kustomizeVersion } from '../../local/install/kustomize-version.ts'
import { buildKustomize } from '../../local/install/programs.ts'
import { progressTo } from '../../local/install/progress.ts'
import { EXPOSURES } from '../config-schema.ts'
import { environmentOf, placementOf } from '../names.ts'
import { KUSTOMIZE_BASE } from '../paths.ts'
import { writeFiles } from './folder.ts'
import { NAME_REFERENCES } from './name-references.ts'
import { overlayOf } from './overlay.ts'
import { asWrittenOf, ownOverlayOf, REFERENCES_FILE } from './own-overlay.ts'
import { FIXTURES, fixtures } from './testing/fixtures.ts'

/** The pinned one, and from the oldest that is taken what kubectl and runners have had. */
const PINNED = 'v5.8.1'
const OTHERS = ['v5.0.3', 'v5.4.3', 'v5.7.1']

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'main' }, true)
const where = (isolation: 'shared' | 'namespace') => ({
  environment,
  placement: placementOf(environment, { namespace: 'previews', isolation }),
})

/** Around people's kustomization: all that is built of one. */
const own = async (folder: string, base: string): Promise<void> => {
  const exposed = { name: 'web', address: { host: 'web.preview.test', health: '/' } }
  const config = { service: { name: 'web', port: 80 }, expose: 'ingress', ingress: 'web', image: 'web' } as const
  const app = { ...exposed, config, images: { web: 'registry.test/web:1' } }
  await writeFiles(path.join(folder, 'as-written'), { 'kustomization.yaml': asWrittenOf(`../${base}`) })
  for (const isolation of ['shared', 'namespace'] as const)
    await writeFiles(path.join(folder, isolation), {
      'kustomization.yaml': ownOverlayOf([app], where(isolation), `../${base}`),
      [REFERENCES_FILE]: NAME_REFERENCES,
    })
}

const OURS = 'kustomize-base'

/** Around our own base: every key of an app, and none. */
const ours = async (folder: string): Promise<void> => {
  const none = {
    image: 'web',
    port: 3000,
    expose: 'ingress' as const,
    env: {},
    secrets: [],
    waitFor: [],
    replicas: 1,
    imagePullSecrets: [],
  }
  const every = {
    ...none,
    env: { A: 'no', B: '1e3', C: 'two\nlines' },
    secrets: ['key', 'TOKEN'],
    waitFor: ['db.test:5432'],
    command: ['run', '012'],
    migrate: { command: ['migrate'] },
    resources: { limits: { memory: '1Gi', cpu: 1 } },
    scale: { min: 1, max: 3, cpu: 80 },
    serviceAccount: 'web',
    imagePullSecrets: ['registry'],
  }
  const install = {
    ingressClass: 'alb',
    ingressGroup: 'preview',
    ingressAnnotations: { 'example.com/a': '0x1F' },
    loadBalancerAnnotations: { 'example.com/b': '012' },
    istio: { gateway: 'istio-system/previews' },
  }
  const exposures = EXPOSURES.map((expose) => [`expose-${expose}`, { ...none, expose }] as const)
  for (const [name, config] of [['none', none], ['every', every], ...exposures] as const)
    for (const isolation of ['shared', 'namespace'] as const) {
      const app = {
        name: 'web',
        image: 'registry.test:5000/web:1',
        address: config.expose === 'none' ? undefined : { host: 'web.preview.test', health: '/' },
        hasDatabase: name === 'every',
        secretValues: name === 'every' ? { TOKEN: 'no' } : {},
        ...(name === 'every' && { logs: { folder: '/var/log/web', group: LOG_GROUP } }),
        config,
      }
      const text = overlayOf(app, where(isolation), install, `../../../${OURS}`)
      await writeFiles(path.join(folder, `${name}-${isolation}`), { 'kustomization.yaml': text })
    }
}

const LOG_GROUP = { name: '/previews', region: 'eu-west-1', partition: 'aws' }
const CASES = await fixtures()
const builtOf = (name: string) => path.join(folder, 'built', name.replaceAll('/', '-'))

let folder: string
const programs = new Map<string, string>()
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'versions-')))
  await cp(FIXTURES, path.join(folder, 'fixtures'), { recursive: true })
  await cp(KUSTOMIZE_BASE, path.join(folder, OURS), { recursive: true })
  for (const name of [...CASES, OURS]) {
    await mkdir(builtOf(name), { recursive: true })
    await (name === OURS ? ours(builtOf(name)) : own(builtOf(name), `../../fixtures/${name}`))
  }
  const progress = progressTo(process.stderr)
  programs.set(PINNED, await buildKustomize(progress))
  for (const version of OTHERS) programs.set(version, await kustomizeVersion(version, progress))
}, 600_000)
afterAll(() => rm(folder, { recursive: true }))

const built = async (version: string, overlay: string): Promise<string> =>
  (await promisify(execFile)(programs.get(version) ?? '', ['build', overlay], { env: {} })).stdout

test.each([...CASES, OURS])('%s: the same bytes by every version', async (name) => {
  const overlays = await readdir(builtOf(name))
  expect(overlays.length).toBeGreaterThan(2)
  for (const overlay of overlays.map((overlay) => path.join(builtOf(name), overlay))) {
    const pinned = await built(PINNED, overlay)
    expect(pinned).not.toBe('')
    for (const version of OTHERS) expect(await built(version, overlay), `${version} of ${overlay}`).toBe(pinned)
  }
})
