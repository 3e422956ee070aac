import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { connectionFromKubeconfig } from './kubeconfig.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const CLUSTER = { server: 'https://k:6443', 'certificate-authority-data': Buffer.from('CA').toString('base64') }
const kubeconfig = (user: object, cluster: object = CLUSTER) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'k', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    'current-context': 'c',
  })
const written = (content: string): { file: string } => {
  const file = join(folder, 'config')
  writeFileSync(file, content)
  return { file }
}

/** A plug-in that counts its runs in a file and gives that number as its token. */
const plugin = (fails = false) => {
  const count = join(folder, 'count')
  writeFileSync(count, '0')
  const script = join(folder, 'plugin.mjs')
  writeFileSync(
    script,
    `import { readFileSync, writeFileSync } from 'node:fs'
     const n = Number(readFileSync('${count}', 'utf8')) + 1
     writeFileSync('${count}', String(n))
     if (${fails}) { console.error('no session'); process.exit(3) }
     console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'run ' + n } }))`,
  )
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: [script] }
  return { user: { exec }, runs: () => Number(readFileSync(count, 'utf8')) }
}

test('certificates beside the file, and a server name', async () => {
  for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, name), name.toUpperCase())
  const cluster = { server: 'https://k:6443/', 'certificate-authority': 'ca', 'tls-server-name': 'k.example' }
  const source = written(kubeconfig({ 'client-certificate': 'cert', 'client-key': 'key' }, cluster))
  expect(await connectionFromKubeconfig(source)).toEqual({
    server: 'https://k:6443',
    ca: 'CA',
    cert: 'CERT',
    key: 'KEY',
    serverName: 'k.example',
  })
})

test('a token, from inline content', async () => {
  const connection = await connectionFromKubeconfig({ content: kubeconfig({ token: 'abc' }) }, 'c')
  expect(connection).toMatchObject({ server: 'https://k:6443', ca: 'CA' })
  expect(await connection.bearer?.(false)).toBe('abc')
})

test('a plug-in runs once, for everybody, and once more to renew', async () => {
  const { user, runs } = plugin()
  const { bearer } = await connectionFromKubeconfig(written(kubeconfig(user)))
  expect(await Promise.all([bearer?.(false), bearer?.(false)])).toEqual(['run 1', 'run 1'])
  expect(await Promise.all([bearer?.(true), bearer?.(true)])).toEqual(['run 2', 'run 2'])
  expect(await bearer?.(false)).toBe('run 2')
  expect(runs()).toBe(2)
})

describe('says what is wrong', () => {
  test('with a plug-in', async () => {
    const source = written(kubeconfig(plugin(true).user))
    await expect(connectionFromKubeconfig(source)).rejects.toMatchObject({
      code: 'AccessDenied',
      object: source.file,
      message: expect.stringContaining('no credentials for user u'),
      cause: { message: expect.stringContaining('no session') },
    })
  })
  test('with the file', async () => {
    const file = join(folder, 'nowhere')
    await expect(connectionFromKubeconfig({ file })).rejects.toMatchObject({ code: 'NotFound', object: file })
  })
  test.each([
    ['no YAML', 'a: [', 'cannot be read'],
    ['an empty file', '', 'cannot be read'],
    ['another document', 'kind: Pod', 'no usable current-context'],
    ['a proxy', kubeconfig({ token: 'a' }, { ...CLUSTER, 'proxy-url': 'http://p' }), 'proxy-url'],
    ['impersonation', kubeconfig({ token: 'a', as: 'admin' }), 'impersonates'],
    [
      'a missing CA',
      kubeconfig({ token: 'a' }, { server: 'https://k', 'certificate-authority': 'gone' }),
      'no credentials',
    ],
  ])('with %s', async (_, content, message) => {
    const source = written(content)
    await expect(connectionFromKubeconfig(source)).rejects.toMatchObject({
      name: 'PreviewError',
      object: source.file,
      message: expect.stringContaining(message),
    })
  })
  test('with the context', async () => {
    await expect(connectionFromKubeconfig({ content: kubeconfig({ token: 'a' }) }, 'd')).rejects.toMatchObject({
      code: 'BadInput',
      message: 'the kubeconfig in the input has no usable context d',
      hint: 'name one of its contexts: c',
    })
  })
})
