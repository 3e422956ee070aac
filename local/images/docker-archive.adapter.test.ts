import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeDockerArchive } from './docker-archive.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-archive-test-'))
  await mkdir(join(folder, 'root', 'bin'), { recursive: true })
  await writeFile(join(folder, 'root', 'bin', 'hello'), '#!/bin/true\n')
  await chmod(join(folder, 'root', 'bin', 'hello'), 0o755)
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const write = async (name: string): Promise<string> => {
  const archive = join(folder, name)
  await writeDockerArchive(archive, 'preview.local/hello:1', join(folder, 'root'), { Entrypoint: ['/bin/hello'] })
  return archive
}

const unpack = async (archive: string): Promise<string> => {
  const into = `${archive}.unpacked`
  await mkdir(into)
  await promisify(execFile)('tar', ['--extract', `--file=${archive}`, `--directory=${into}`])
  return into
}

test('the manifest leads to a configuration whose digests are those of the layer', async () => {
  const unpacked = await unpack(await write('image.tar'))
  const json = async (name: string) => JSON.parse(await readFile(join(unpacked, name), 'utf8'))
  const [manifest] = await json('manifest.json')
  expect(manifest.RepoTags).toEqual(['preview.local/hello:1'])
  const layer = await readFile(join(unpacked, manifest.Layers[0]))
  const config = await json(manifest.Config)
  expect(config.rootfs.diff_ids).toEqual([`sha256:${createHash('sha256').update(layer).digest('hex')}`])
  expect(config.config.Entrypoint).toEqual(['/bin/hello'])
  const { stdout } = await promisify(execFile)('tar', [
    '--list',
    '--verbose',
    `--file=${join(unpacked, manifest.Layers[0])}`,
  ])
  expect(stdout).toMatch(/-rwxr-xr-x 0\/0 .* \.\/bin\/hello/)
})

test('the same content gives the same bytes', async () => {
  expect(await readFile(await write('one.tar'))).toEqual(await readFile(await write('two.tar')))
})
