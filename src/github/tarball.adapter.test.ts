import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { Header, type HeaderData } from 'tar'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { extract } from './tarball.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tarball-'))
})
// A file that was being written when its archive was refused may still appear: then the folder is not empty at once.
afterEach(() => rm(folder, { recursive: true, maxRetries: 10, retryDelay: 50 }))

type Entry = Pick<HeaderData, 'path' | 'linkpath' | 'type'> & { text?: string }

const block = ({ text = '', ...entry }: Entry): Buffer => {
  const head = Buffer.alloc(512)
  new Header({ mode: 0o644, type: 'File', size: text.length, mtime: new Date(0), ...entry }).encode(head)
  return Buffer.concat([head, Buffer.from(text.padEnd(Math.ceil(text.length / 512) * 512, '\0'))])
}
const archive = (...entries: Entry[]) =>
  new Blob([gzipSync(Buffer.concat([...entries.map(block), Buffer.alloc(1024)]))]).stream()

const unpacked = async (...entries: Entry[]) => {
  const target = path.join(folder, 'tree')
  await (await import('node:fs/promises')).mkdir(target)
  await extract(archive(...entries), target, { bytes: 2048, files: 4 })
  return target
}

test('files, folders and links inside the tree', async () => {
  const tree = await unpacked(
    { path: 'acme-shop-abc/', type: 'Directory' },
    { path: 'acme-shop-abc/a/b.yaml', text: 'kind: Service' },
    { path: 'acme-shop-abc/a/up', type: 'SymbolicLink', linkpath: '../c.yaml' },
  )
  expect(await readFile(path.join(tree, 'a/b.yaml'), 'utf8')).toBe('kind: Service')
  expect(await readlink(path.join(tree, 'a/up'))).toBe('../c.yaml')
})

test.each([
  ['an absolute link', { path: 'top/a', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
  ['a link above the tree', { path: 'top/a/b', type: 'SymbolicLink', linkpath: '../../etc' }],
  ['a link out and in again by name', { path: 'top/a', type: 'SymbolicLink', linkpath: '../top-other/x' }],
  ['a hard link', { path: 'top/a', type: 'Link', linkpath: '../../../etc/passwd' }],
  ['a path above the tree', { path: 'top/../../evil', text: 'x' }],
] satisfies [string, Entry][])('%s ends it, and nothing is left outside', async (_, entry) => {
  await expect(unpacked(entry)).rejects.toMatchObject({ name: 'PreviewError' })
  expect(await readdir(folder)).toEqual(['tree'])
})

test('more bytes than allowed', async () => {
  await expect(unpacked({ path: 'top/a', text: 'x'.repeat(3_000) })).rejects.toMatchObject({ object: 'top/a' })
})

test('more files than allowed', async () => {
  const many = Array.from({ length: 5 }, (_, i) => ({ path: `top/${i}`, text: '' }))
  await expect(unpacked(...many)).rejects.toMatchObject({ message: 'the commit has more than 4 files' })
})
