import { execFileSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { getOctokit } from '@actions/github'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GitHub, startGitHub } from './server.ts'

const REPO = 'acme/shop'
const at = { owner: 'acme', repo: 'shop' }
const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const FILES = {
  '.github/preview.yaml': 'apps: {}\n',
  'bin/run': { content: '#!/bin/sh\n', executable: true },
  'k8s/base/a.yaml': 'a: 1\n',
  'k8s/base.yaml': 'b: 2\n',
  'k8s/link.yaml': { symlink: 'base/a.yaml' },
  'k8s/outside': { symlink: '../../etc/passwd' },
  'logo.bin': BYTES,
  'empty.txt': '',
}

let github: GitHub
let head: string
beforeEach(async () => {
  github = await startGitHub({ port: 0 })
  head = github.addRepository({ fullName: REPO, files: FILES }).headSha
})
afterEach(() => github.close())

const token = () => github.installationToken(REPO, { contents: 'read' })
const kit = () => getOctokit(token(), { baseUrl: github.apiUrl }).rest
const treeSha = async () => (await kit().git.getCommit({ ...at, commit_sha: head })).data.tree.sha

describe('tree', () => {
  test('whole, with modes as git has them', async () => {
    const { data } = await kit().git.getTree({ ...at, tree_sha: head, recursive: '1' })
    expect(data.truncated).toBe(false)
    expect(data.tree.map(({ mode, type, path: name }) => `${mode} ${type} ${name}`)).toEqual([
      '040000 tree .github',
      '100644 blob .github/preview.yaml',
      '040000 tree bin',
      '100755 blob bin/run',
      '100644 blob empty.txt',
      '040000 tree k8s',
      '100644 blob k8s/base.yaml',
      '040000 tree k8s/base',
      '100644 blob k8s/base/a.yaml',
      '120000 blob k8s/link.yaml',
      '120000 blob k8s/outside',
      '100644 blob logo.bin',
    ])
  })

  test('one level, by tree, commit or branch', async () => {
    for (const tree_sha of [await treeSha(), head, 'main']) {
      const { data } = await kit().git.getTree({ ...at, tree_sha })
      expect(data.tree.map(({ path: name }) => name)).toEqual(['.github', 'bin', 'empty.txt', 'k8s', 'logo.bin'])
    }
  })

  test('cut when it is too long', async () => {
    github.addRepository({ fullName: 'acme/huge', files: FILES, treeLimit: 3 })
    const rest = getOctokit(github.userToken('ada'), { baseUrl: github.apiUrl }).rest
    const { data } = await rest.git.getTree({ owner: 'acme', repo: 'huge', tree_sha: 'main', recursive: '1' })
    expect(data).toMatchObject({ truncated: true, tree: { length: 3 } })
  })
})

describe('one file', () => {
  test('as a blob: base64 in lines, or raw', async () => {
    const { data: tree } = await kit().git.getTree({ ...at, tree_sha: head })
    const file_sha = tree.tree.find((entry) => entry.path === 'logo.bin')?.sha ?? ''
    const { data } = await kit().git.getBlob({ ...at, file_sha })
    expect(data.content).toContain('\n')
    expect(Buffer.from(data.content, 'base64')).toEqual(Buffer.from(BYTES))
    const headers = { authorization: `token ${token()}`, accept: 'application/vnd.github.raw+json' }
    const raw = await fetch(`${github.apiUrl}/repos/acme/shop/git/blobs/${file_sha}`, { headers })
    expect(Buffer.from(await raw.arrayBuffer())).toEqual(Buffer.from(BYTES))
  })

  test('by path: on a ref, raw, through a link, as a folder', async () => {
    const read = (name: string, more: object = {}) => kit().repos.getContent({ ...at, path: name, ...more })
    const ref = head
    expect((await read('.github/preview.yaml', { ref })).data).toMatchObject({
      type: 'file',
      encoding: 'base64',
      size: 9,
    })
    const raw = { mediaType: { format: 'raw' } }
    expect((await read('.github/preview.yaml', raw)).data).toBe('apps: {}\n')
    expect((await read('k8s/link.yaml', raw)).data).toBe('a: 1\n')
    expect(
      ((await read('k8s')).data as { name: string; type: string }[]).map(({ name, type }) => `${type} ${name}`),
    ).toEqual(['file base.yaml', 'dir base', 'symlink link.yaml', 'symlink outside'])
    await expect(read('nothing.yaml')).rejects.toMatchObject({ status: 404 })
    await expect(read('.github/preview.yaml', { ref: 'no-branch' })).rejects.toMatchObject({ status: 404 })
  })
})

describe('tarball', () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  const unpacked = async (ref: string) => {
    const { data } = await kit().repos.downloadTarballArchive({ ...at, ref })
    const folder = mkdtempSync(path.join(os.tmpdir(), 'tarball-'))
    folders.push(folder)
    writeFileSync(path.join(folder, 'a.tar.gz'), Buffer.from(data as ArrayBuffer))
    execFileSync('tar', ['-xzf', 'a.tar.gz'], { cwd: folder })
    return path.join(folder, `acme-shop-${head.slice(0, 7)}`)
  }

  test('unpacks to the tree that git itself would name the same', async () => {
    const root = await unpacked('main')
    expect(readFileSync(path.join(root, 'logo.bin'))).toEqual(Buffer.from(BYTES))
    expect(lstatSync(path.join(root, 'bin/run')).mode & 0o111).not.toBe(0)
    expect(readlinkSync(path.join(root, 'k8s/outside'))).toBe('../../etc/passwd')
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
    git('init', '--quiet')
    git('add', '--all', '--force')
    expect(git('write-tree')).toBe(await treeSha())
  })

  test('is a redirect first, and what it leads to needs no token', async () => {
    const url = `${github.apiUrl}/repos/acme/shop/tarball/${head}`
    const redirect = await fetch(url, { redirect: 'manual', headers: { authorization: `token ${token()}` } })
    expect(redirect.status).toBe(302)
    const location = redirect.headers.get('location') ?? ''
    expect((await fetch(location)).headers.get('content-type')).toBe('application/x-gzip')
    expect((await fetch(location.replace(/\?.*/, ''))).status).toBe(401)
  })

  test('of a branch with a slash, of a pull request; of nothing is 404', async () => {
    head = github.push(REPO, 'feature/🍣', FILES)
    github.openPullRequest(REPO, { head: 'feature/🍣' })
    expect(lstatSync(await unpacked('feature/🍣')).isDirectory()).toBe(true)
    expect(lstatSync(await unpacked('refs/pull/1/head')).isDirectory()).toBe(true)
    await expect(kit().repos.downloadTarballArchive({ ...at, ref: 'nothing' })).rejects.toMatchObject({ status: 404 })
  })
})
