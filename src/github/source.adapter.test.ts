import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GitHub, startGitHub } from '../../local/github/server.ts'
import { octokit } from './octokit.ts'
import { headSource } from './source.ts'

const REPO = 'acme/shop'
const FILES = { '.github/preview.yaml': 'apps: {}\n', 'k8s/base/日本.yaml': 'kind: Service\n', 'run.sh': 'exit 0\n' }

let github: GitHub
let folder: string
let sha: string
let said: string[]
beforeEach(async () => {
  said = []
  github = await startGitHub({ port: 0 })
  github.addRepository({ fullName: REPO, files: {} })
  sha = github.push(REPO, 'feature', FILES)
  folder = await mkdtemp(path.join(os.tmpdir(), 'source-'))
  await Promise.all(['workspace', 'temp'].map((name) => mkdir(path.join(folder, name))))
})
afterEach(async () => {
  await github.close()
  await rm(folder, { recursive: true })
})

const workspace = () => path.join(folder, 'workspace')
const source = () => {
  const say = (text: string) => void said.push(text)
  const log = { info: say, warning: say, debug: () => {} }
  const token = github.installationToken(REPO, { contents: 'read' })
  const client = octokit({ token, apiUrl: github.apiUrl, log, signal: new AbortController().signal })
  const tempDir = path.join(folder, 'temp')
  return headSource({ octokit: client, owner: 'acme', repo: 'shop', workspace: workspace(), tempDir, log })
}
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: workspace() })
    .toString()
    .trim()
const commit = async (name: string, text: string) => {
  await writeFile(path.join(workspace(), name), text)
  git('add', '-A')
  git('commit', '-qm', name)
  return git('rev-parse', 'HEAD')
}

describe('from GitHub, when the workspace is no checkout', () => {
  test('one file', async () => {
    expect(await source().file(sha, '.github/preview.yaml')).toBe('apps: {}\n')
    expect(await source().file(sha, 'k8s/base/日本.yaml')).toBe('kind: Service\n')
    expect(await source().file(sha, 'absent.yaml')).toBeUndefined()
    expect(await source().file(sha, 'k8s')).toBeUndefined()
  })

  test('a commit that is not there is not an absent file', async () => {
    await expect(source().file('0'.repeat(40), '.github/preview.yaml')).rejects.toMatchObject({ code: 'NotFound' })
  })

  test('the whole tree', async () => {
    const tree = await source().tree(sha)
    expect((await readdir(tree)).sort()).toEqual(['.github', 'k8s', 'run.sh'])
    expect(await readFile(path.join(tree, 'k8s/base/日本.yaml'), 'utf8')).toBe('kind: Service\n')
    await expect(source().tree('0'.repeat(40))).rejects.toMatchObject({ code: 'NotFound' })
  })

  test('a broken download is no tree', async () => {
    github.faults({ path: /codeload/ }, { status: 200, headers: { 'content-type': 'application/x-gzip' }, body: 'no' })
    await expect(source().tree(sha)).rejects.toMatchObject({ code: 'Unavailable' })
  })
})

describe('from the workspace', () => {
  beforeEach(() => git('init', '-q', '-b', 'main'))

  test('when it is at the commit', async () => {
    const head = await commit('app.yaml', 'here')
    expect(await source().tree(head)).toBe(workspace())
    expect(await source().file(head, 'app.yaml')).toBe('here')
    expect(await source().file(head, 'app.yaml/below')).toBeUndefined()
    expect(github.requests()).toEqual([])
    expect(said).toEqual([])
  })

  test('when it is a merge of the commit, which is said once', async () => {
    await commit('base.yaml', 'base')
    git('checkout', '-qb', 'feature')
    const head = await commit('app.yaml', 'here')
    git('checkout', '-q', 'main')
    await commit('base.yaml', 'moved on')
    git('merge', '-q', '--no-edit', 'feature')
    const one = source()
    expect(await Promise.all([one.tree(head), one.file(head, 'base.yaml')])).toEqual([workspace(), 'moved on'])
    expect(said).toEqual([expect.stringContaining('merge commit')])
  })

  test('not when it is at another commit, though that one follows ours', async () => {
    await commit('app.yaml', 'here')
    expect(await source().file(sha, 'run.sh')).toBe('exit 0\n')
  })

  test('not when it only lies inside a repository', async () => {
    const head = await commit('app.yaml', 'here')
    await mkdir(path.join(workspace(), 'inner'))
    const { checkedOut } = await import('./checkout.ts')
    expect(await checkedOut(workspace(), head)).toBe('head')
    expect(await checkedOut(path.join(workspace(), 'inner'), head)).toBeUndefined()
  })

  test('a link out of the repository is not followed', async () => {
    await symlink('/etc/hostname', path.join(workspace(), 'out.yaml'))
    const head = await commit('app.yaml', 'here')
    await expect(source().file(head, 'out.yaml')).rejects.toMatchObject({ code: 'BadInput', object: 'out.yaml' })
    await expect(source().file(head, '../../../etc/hostname')).rejects.toMatchObject({ code: 'BadInput' })
  })
})
