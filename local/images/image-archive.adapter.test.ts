import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Image, writeImage } from './image-archive.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-archive-test-'))
  await mkdir(join(folder, 'root', 'bin'), { recursive: true })
  await writeFile(join(folder, 'root', 'bin', 'hello'), '#!/bin/true\n')
  await chmod(join(folder, 'root', 'bin', 'hello'), 0o755)
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const write = async (name: string, base?: Image): Promise<Image & { archive: string }> => {
  const archive = join(folder, name)
  const config = { Entrypoint: ['/bin/hello'], Env: ['COMMIT=abc'] }
  return { ...(await writeImage(archive, 'preview.local/hello:1', join(folder, 'root'), config, base)), archive }
}

const unpack = async (archive: string) => {
  const into = `${archive}.unpacked`
  await mkdir(into)
  await promisify(execFile)('tar', ['--extract', `--file=${archive}`, `--directory=${into}`])
  const blob = (digest: string) => join(into, 'blobs/sha256', digest.replace('sha256:', ''))
  const json = async (file: string) => JSON.parse(await readFile(file, 'utf8'))
  const index = await json(join(into, 'index.json'))
  const manifest = await json(blob(index.manifests[0].digest))
  return { index, manifest, config: await json(blob(manifest.config.digest)), blob, blobs: join(into, 'blobs/sha256') }
}

test('the index leads to a manifest and a configuration whose digests are those of the layer', async () => {
  const { index, manifest, config, blob, blobs } = await unpack((await write('image.tar')).archive)
  expect(index.manifests[0].annotations).toEqual({ 'io.containerd.image.name': 'preview.local/hello:1' })
  for (const name of await readdir(blobs)) {
    const content = await readFile(join(blobs, name))
    expect(createHash('sha256').update(content).digest('hex')).toBe(name)
  }
  expect(config.rootfs.diff_ids).toEqual([manifest.layers[0].digest])
  expect(config.config).toEqual({
    Entrypoint: ['/bin/hello'],
    Env: [expect.stringMatching(/^PATH=/), 'COMMIT=abc'],
  })
  const { stdout } = await promisify(execFile)('tar', [
    '--list',
    '--verbose',
    `--file=${blob(manifest.layers[0].digest)}`,
  ])
  expect(stdout).toMatch(/^drwxr-xr-x 0\/0 .* \.\/$/m)
  expect(stdout).toMatch(/-rwxr-xr-x 0\/0 .* \.\/bin\/hello/)
})

test('an image on top of another names the layers of both, and holds its own', async () => {
  const base = await write('base.tar')
  await writeFile(join(folder, 'root', 'more'), 'more')
  const { config, manifest, blobs } = await unpack((await write('child.tar', base)).archive)
  expect(manifest.layers).toHaveLength(2)
  expect(manifest.layers[0]).toMatchObject(base.layers[0] ?? {})
  expect(config.rootfs.diff_ids).toEqual(manifest.layers.map(({ digest }: { digest: string }) => digest))
  expect(config.config.Env).toEqual([expect.stringMatching(/^PATH=/), 'COMMIT=abc', 'COMMIT=abc'])
  expect(await readdir(blobs)).not.toContain(base.layers[0]?.digest.replace('sha256:', ''))
})

test('the same content gives the same bytes', async () => {
  expect(await readFile((await write('one.tar')).archive)).toEqual(await readFile((await write('two.tar')).archive))
})
