import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findKustomize } from './binary.ts'
import type { Kustomize } from './kustomize.ts'
import { scanSources } from './scan.ts'
import { builtIn, FILE, POD, startTrees, type Trees } from './testing/trees.ts'

let trap: Server
let url: string
let connections = 0
let kustomize: Kustomize
let trees: Trees
beforeAll(async () => {
  trap = createServer((_, response) => response.end('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: fetched }\n'))
  trap.on('connection', () => {
    connections += 1
  })
  trap.listen(0, '127.0.0.1')
  await once(trap, 'listening')
  url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`
  kustomize = await findKustomize(process.env.PATH ?? '')
  trees = await startTrees()
})
afterAll(async () => {
  trap.close()
  await trees.close()
})

const withPod = (fields: string) => `resources: [a.yaml]\n${fields}`
const plugin = (list: string, text: string) => ({ [FILE]: withPod(`${list}: [plugin.yaml]`), 'k8s/plugin.yaml': text })

/** Every field by which Kustomize reads something, and every disguise of one. URL is in the trap. */
const ROWS: [name: string, files: string | Record<string, string>][] = [
  ['resources', 'resources: [URL]'],
  ['bases', 'bases: [URL]'],
  ['crds', withPod('crds: [URL]')],
  ['openapi', withPod('openapi: { path: URL }')],
  ['configurations', withPod('configurations: [URL]')],
  ['patches', withPod('patches: [{ path: URL }]')],
  ['patchesStrategicMerge', withPod('patchesStrategicMerge: [URL]')],
  ['patchesJson6902', withPod('patchesJson6902: [{ target: { kind: Pod, version: v1, name: a }, path: URL }]')],
  ['replacements', withPod('replacements: [{ path: URL }]')],
  ['generators', 'generators: [URL]'],
  ['transformers', withPod('transformers: [URL]')],
  ['validators', withPod('validators: [URL]')],
  ['files', 'configMapGenerator: [{ name: a, files: [URL] }]'],
  ['files with a key', 'secretGenerator: [{ name: a, files: [key=URL] }]'],
  ['envs', 'configMapGenerator: [{ name: a, envs: [URL] }]'],
  ['env', 'secretGenerator: [{ name: a, env: URL }]'],
  [
    'a folder further on',
    {
      [FILE]: 'resources: [../base]',
      'base/Kustomization': 'components: [../part]\nresources: [../k8s/deep]',
      'k8s/deep/kustomization.yml': 'resources: [URL]',
      'part/kustomization.yaml': 'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1',
    },
  ],
  ['a generator', plugin('generators', builtIn('ConfigMapGenerator', 'files: [URL]'))],
  [
    'a generator in place',
    `generators:\n- |-\n  ${builtIn('SecretGenerator', 'envs: [URL]').trim().replaceAll('\n', '\n  ')}`,
  ],
  ['a transformer', plugin('transformers', builtIn('PatchTransformer', 'path: URL\ntarget: { kind: Pod }'))],
  ['a patching transformer', plugin('transformers', builtIn('PatchStrategicMergeTransformer', 'paths: [URL]'))],
  ['a replacing transformer', plugin('validators', builtIn('ReplacementTransformer', 'replacements: [{ path: URL }]'))],
  ['an adding transformer', plugin('transformers', builtIn('ValueAddTransformer', 'value: a\ntargetFilePath: URL'))],
  ['a key in capitals', 'RESOURCES: [URL]'],
  ['letters that fold', 'reſourceſ: [URL]'],
  ['a scheme in capitals', 'resources: [UPPER]'],
  ['an escape', '"resource\\x73": ["ESCAPED"]'],
  ['an alias', 'metadata: { annotations: { a: &a URL } }\nresources: [*a]'],
  ['a merge key', withPod('openapi: &a { path: URL }\npatches: [{ <<: *a }]')],
  ['a tag', 'resources: [!!binary BASE64]'],
  ['line breaks of old', 'namePrefix: a- #\u2028resources: [URL]'],
  ['the same key twice', 'resources: [URL]\nresources: [URL]'],
]

/** These Kustomize gives to a git that it does not find. */
const REPOSITORIES = [
  'git::URL//k8s?ref=v1',
  'PLAIN/acme/base.git//k8s?ref=v1&timeout=1s',
  'PLAIN/acme/base//k8s?version=v1',
  'git@127.0.0.1:acme/base.git?ref=v1',
  'ssh://git@127.0.0.1/acme/base',
  'github.com/acme/base?ref=v1',
  's3::URL',
]

const trapped = (text: string): string =>
  text
    .replaceAll('URL', `${url}/a.yaml`)
    .replaceAll('PLAIN', url)
    .replaceAll('UPPER', `${url.replace('http', 'HTTP')}/a.yaml`)
    .replaceAll('ESCAPED', `${url.replace('http', '\\x68ttp')}/a.yaml`)
    .replaceAll('BASE64', Buffer.from(`${url}/a.yaml`).toString('base64'))

describe('nothing is fetched by', () => {
  test.each(ROWS)('%s', async (_, files) => {
    const all = { 'k8s/a.yaml': POD, ...(typeof files === 'string' ? { [FILE]: files } : files) }
    const root = await trees.make(Object.fromEntries(Object.entries(all).map(([name, text]) => [name, trapped(text)])))
    connections = 0
    await expect(scanSources(root, 'k8s')).rejects.toMatchObject({ code: 'RenderFailed' })
    expect(connections).toBe(0)
    // Kustomize itself would have asked, or this says nothing.
    await kustomize.build(path.join(root, 'k8s')).catch(() => {})
    expect(connections).toBeGreaterThan(0)
  })

  test.each(
    REPOSITORIES.flatMap((repository) => ['resources', 'bases', 'components'].map((field) => [field, repository])),
  )('%s: %s', async (field, repository) => {
    const root = await trees.make({ [FILE]: trapped(`${field}: ["${repository}"]`) })
    connections = 0
    await expect(scanSources(root, 'k8s')).rejects.toThrow('which is fetched from elsewhere')
    expect(connections).toBe(0)
  })
})
