import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cached } from './cache.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cache-test-'))
  vi.stubEnv('EKS_PREVIEW_CACHE', folder)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

test('what is built once is not built again', async () => {
  const build = async (into: string) => await writeFile(join(into, 'result'), 'first')
  const built = await cached('thing', 'key', build)
  const found = await cached('thing', 'key', () => Promise.reject(new Error('built again')))
  expect(found).toBe(built)
  expect(await readFile(join(found, 'result'), 'utf8')).toBe('first')
})

test('a build that fails leaves nothing behind', async () => {
  await expect(cached('thing', 'key', () => Promise.reject(new Error('no compiler')))).rejects.toThrow('no compiler')
  expect(await readdir(folder)).toEqual([])
})

test('what a killed build left goes with the next build, what a running one makes stays', async () => {
  // No process has a number above the kernel's largest possible one.
  await mkdir(join(folder, 'thing-old.4194305'))
  await mkdir(join(folder, `thing-other.${process.ppid}`))
  await cached('thing', 'key', async () => {})
  expect((await readdir(folder)).sort()).toEqual(['thing-key', `thing-other.${process.ppid}`])
})
