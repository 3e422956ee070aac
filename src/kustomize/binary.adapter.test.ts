import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findKustomize } from './binary.ts'
import type { Kustomize } from './kustomize.ts'

let folder: string
let kustomize: Kustomize

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'kustomize-test-'))
  kustomize = await findKustomize(process.env.PATH ?? '')
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const overlay = async (name: string, kustomization: string, files: Record<string, string> = {}): Promise<string> => {
  const root = path.join(folder, name)
  await mkdir(root, { recursive: true })
  for (const [file, text] of Object.entries({ 'kustomization.yaml': kustomization, ...files }))
    await writeFile(path.join(root, file), text)
  return root
}

test('builds an overlay, and says what it is', async () => {
  const root = await overlay('good', 'resources: [a.yaml]\nnameSuffix: -x\n', {
    'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n',
  })
  expect(await kustomize.build(root)).toEqual([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a-x' } }])
  expect(kustomize.version).toMatch(/^(kustomize|kubectl)/)
})

describe('is refused at once, with nothing fetched:', () => {
  test.each([
    ['a remote file', 'resources: ["http://192.0.2.1/a.yaml"]'],
    ['a remote base', 'resources: ["https://github.com/acme/base?ref=main"]'],
    ['a git base', 'resources: ["git::https://github.com/acme/base"]'],
    ['a file outside the tree', 'resources: [../outside.yaml]'],
    ['an absolute path', 'resources: [/etc/passwd]'],
    ['a chart', 'helmCharts: [{ name: a, repo: https://charts.example }]'],
    ['no kustomization', 'kind: Deployment'],
    ['broken YAML', 'resources: [a'],
  ])('%s', async (name, kustomization) => {
    await writeFile(path.join(folder, 'outside.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n')
    const root = await overlay(name.replaceAll(' ', '-'), kustomization)
    await expect(kustomize.build(root)).rejects.toMatchObject({ code: 'RenderFailed' })
  })
})

test('a patch that doubles what it patches over and over', async () => {
  const copies = Array.from({ length: 30 }, (_, n) => `{"op":"copy","from":"/data","path":"/data/k${n}"}`)
  const root = await overlay(
    'doubling',
    `resources: [a.yaml]\npatches: [{ target: { kind: ConfigMap }, patch: '[${copies}]' }]`,
    {
      'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: b }\n',
    },
  )
  await expect(kustomize.build(root)).rejects.toMatchObject({
    code: 'RenderFailed',
    message: 'kustomize: it needs too much memory',
  })
})

test('more than can be read', async () => {
  const root = await overlay('large', 'configMapGenerator: [{ name: a, files: [a.txt] }]', {
    'a.txt': 'a'.repeat(9 * 2 ** 20),
  })
  await expect(kustomize.build(root)).rejects.toMatchObject({ message: 'kustomize: it makes more than 8 MiB' })
})

test('the same bytes twice', async () => {
  const fields = 'configMapGenerator: [{ name: a, literals: [z=1, a=2, m=3] }]\ncommonLabels: { z: a, a: z }\n'
  const root = await overlay('twice', fields)
  const [first, ...more] = await Promise.all([1, 2, 3].map(async () => JSON.stringify(await kustomize.build(root))))
  expect(more).toEqual([first, first])
})

describe('the binary', () => {
  let made = 0
  const fake = async (name: string, version: string): Promise<string> => {
    made += 1
    const bin = path.join(folder, `bin-${made}`)
    await mkdir(bin, { recursive: true })
    await writeFile(path.join(bin, name), `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 })
    return bin
  }
  const kubectl = (kustomizeVersion?: string) =>
    fake('kubectl', JSON.stringify({ clientVersion: { gitVersion: 'v1.30.0' }, kustomizeVersion }))

  test('is missing', async () => {
    await expect(findKustomize(folder)).rejects.toMatchObject({
      code: 'NotFound',
      object: 'PATH',
      message: 'neither kustomize nor kubectl is on the PATH',
    })
  })
  test.each(['v5.8.0', 'v4.5.7'])('kustomize %s is refused', async (version) => {
    await expect(findKustomize(await fake('kustomize', version))).rejects.toThrow(`kustomize ${version} cannot be used`)
  })
  test.each(['v5.8.0', 'v4.5.7', undefined])('kubectl with kustomize %s is refused', async (version) => {
    await expect(findKustomize(await kubectl(version))).rejects.toThrow(`${version ?? 'v4 or older'} cannot be used`)
  })
  test.each(['v5.0.0', '(devel)'])('%s is taken', async (version) => {
    const found = findKustomize(await fake('kustomize', version))
    await expect(found).resolves.toMatchObject({ version: `kustomize ${version}` })
  })
  test('is kubectl’s when there is no kustomize that can be used', async () => {
    const searchPath = [await fake('kustomize', 'v4.5.7'), await kubectl('v5.0.4-0.2')].join(path.delimiter)
    const found = await findKustomize(searchPath)
    expect(found.version).toBe('kubectl v1.30.0 with kustomize v5.0.4-0.2')
  })
})
