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

describe('the binary', () => {
  const fake = async (version: string): Promise<string> => {
    const bin = path.join(folder, `bin-${version}`)
    await mkdir(bin, { recursive: true })
    await writeFile(path.join(bin, 'kustomize'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 })
    return bin
  }
  test('is missing', async () => {
    await expect(findKustomize(folder)).rejects.toThrow('neither kustomize nor kubectl')
  })
  test.each(['v5.8.0', 'v4.5.7'])('%s is refused', async (version) => {
    await expect(findKustomize(await fake(version))).rejects.toThrow('cannot be used')
  })
  test.each(['v5.0.0', '(devel)'])('%s is taken', async (version) => {
    await expect(findKustomize(await fake(`'${version}'`))).resolves.toMatchObject({ version: `kustomize ${version}` })
  })
})
